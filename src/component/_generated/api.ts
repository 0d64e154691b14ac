/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as blocks from "../blocks.js";
import type * as contexts from "../contexts.js";
import type * as documents from "../documents.js";
import type * as embeddings from "../embeddings.js";
import type * as extraction from "../extraction.js";
import type * as facts from "../facts.js";
import type * as files from "../files.js";
import type * as health from "../health.js";
import type * as messages from "../messages.js";
import type * as model_blockChecks from "../model/blockChecks.js";
import type * as model_blockReads from "../model/blockReads.js";
import type * as model_blockRows from "../model/blockRows.js";
import type * as model_blockWrite from "../model/blockWrite.js";
import type * as model_blocks from "../model/blocks.js";
import type * as model_contextExplain from "../model/contextExplain.js";
import type * as model_contextGiven from "../model/contextGiven.js";
import type * as model_contextOpen from "../model/contextOpen.js";
import type * as model_contextParts from "../model/contextParts.js";
import type * as model_contextRecall from "../model/contextRecall.js";
import type * as model_contextReplay from "../model/contextReplay.js";
import type * as model_contextTraces from "../model/contextTraces.js";
import type * as model_contexts from "../model/contexts.js";
import type * as model_counts from "../model/counts.js";
import type * as model_currency from "../model/currency.js";
import type * as model_documentChecks from "../model/documentChecks.js";
import type * as model_documentDraft from "../model/documentDraft.js";
import type * as model_documentFilter from "../model/documentFilter.js";
import type * as model_documentReads from "../model/documentReads.js";
import type * as model_documentSpans from "../model/documentSpans.js";
import type * as model_documentSweep from "../model/documentSweep.js";
import type * as model_documentTags from "../model/documentTags.js";
import type * as model_documentUpdate from "../model/documentUpdate.js";
import type * as model_documentWrite from "../model/documentWrite.js";
import type * as model_documents from "../model/documents.js";
import type * as model_embeddingBuild from "../model/embeddingBuild.js";
import type * as model_embeddingCache from "../model/embeddingCache.js";
import type * as model_embeddingGenerations from "../model/embeddingGenerations.js";
import type * as model_embeddingLookUp from "../model/embeddingLookUp.js";
import type * as model_embeddingQueue from "../model/embeddingQueue.js";
import type * as model_embeddingSlots from "../model/embeddingSlots.js";
import type * as model_embeddingStore from "../model/embeddingStore.js";
import type * as model_embeddingTexts from "../model/embeddingTexts.js";
import type * as model_embeddings from "../model/embeddings.js";
import type * as model_extraction from "../model/extraction.js";
import type * as model_extractionCommit from "../model/extractionCommit.js";
import type * as model_extractionReads from "../model/extractionReads.js";
import type * as model_factAppend from "../model/factAppend.js";
import type * as model_factChanges from "../model/factChanges.js";
import type * as model_factChecks from "../model/factChecks.js";
import type * as model_factCounts from "../model/factCounts.js";
import type * as model_factExpiry from "../model/factExpiry.js";
import type * as model_factFollow from "../model/factFollow.js";
import type * as model_factReads from "../model/factReads.js";
import type * as model_factRows from "../model/factRows.js";
import type * as model_factSimilar from "../model/factSimilar.js";
import type * as model_factSources from "../model/factSources.js";
import type * as model_facts from "../model/facts.js";
import type * as model_fileStore from "../model/fileStore.js";
import type * as model_files from "../model/files.js";
import type * as model_generationSweep from "../model/generationSweep.js";
import type * as model_health from "../model/health.js";
import type * as model_hooks from "../model/hooks.js";
import type * as model_ledger from "../model/ledger.js";
import type * as model_lostStreams from "../model/lostStreams.js";
import type * as model_messageAppend from "../model/messageAppend.js";
import type * as model_messageEdits from "../model/messageEdits.js";
import type * as model_messageInput from "../model/messageInput.js";
import type * as model_messagePartials from "../model/messagePartials.js";
import type * as model_messagePayloads from "../model/messagePayloads.js";
import type * as model_messageReads from "../model/messageReads.js";
import type * as model_messageRows from "../model/messageRows.js";
import type * as model_messageTail from "../model/messageTail.js";
import type * as model_messages from "../model/messages.js";
import type * as model_nestedEnds from "../model/nestedEnds.js";
import type * as model_nestedRuns from "../model/nestedRuns.js";
import type * as model_operations from "../model/operations.js";
import type * as model_paging from "../model/paging.js";
import type * as model_priceReads from "../model/priceReads.js";
import type * as model_providerErrors from "../model/providerErrors.js";
import type * as model_recall from "../model/recall.js";
import type * as model_recallArguments from "../model/recallArguments.js";
import type * as model_recallCandidates from "../model/recallCandidates.js";
import type * as model_recallHits from "../model/recallHits.js";
import type * as model_recallIndex from "../model/recallIndex.js";
import type * as model_recallReach from "../model/recallReach.js";
import type * as model_recallSearch from "../model/recallSearch.js";
import type * as model_recallSources from "../model/recallSources.js";
import type * as model_recallTimes from "../model/recallTimes.js";
import type * as model_recallVectors from "../model/recallVectors.js";
import type * as model_retention from "../model/retention.js";
import type * as model_runAnswer from "../model/runAnswer.js";
import type * as model_runCountdown from "../model/runCountdown.js";
import type * as model_runDecide from "../model/runDecide.js";
import type * as model_runDriver from "../model/runDriver.js";
import type * as model_runExpiry from "../model/runExpiry.js";
import type * as model_runLease from "../model/runLease.js";
import type * as model_runLost from "../model/runLost.js";
import type * as model_runOpening from "../model/runOpening.js";
import type * as model_runQueue from "../model/runQueue.js";
import type * as model_runRows from "../model/runRows.js";
import type * as model_runSchedule from "../model/runSchedule.js";
import type * as model_runState from "../model/runState.js";
import type * as model_runSuperseded from "../model/runSuperseded.js";
import type * as model_runTakeUp from "../model/runTakeUp.js";
import type * as model_runTransitions from "../model/runTransitions.js";
import type * as model_runWaiting from "../model/runWaiting.js";
import type * as model_runWaits from "../model/runWaits.js";
import type * as model_runs from "../model/runs.js";
import type * as model_scopeAccess from "../model/scopeAccess.js";
import type * as model_spentCalls from "../model/spentCalls.js";
import type * as model_steering from "../model/steering.js";
import type * as model_streamSweep from "../model/streamSweep.js";
import type * as model_streams from "../model/streams.js";
import type * as model_summaries from "../model/summaries.js";
import type * as model_summaryCommit from "../model/summaryCommit.js";
import type * as model_summaryErasure from "../model/summaryErasure.js";
import type * as model_summaryPlaces from "../model/summaryPlaces.js";
import type * as model_summaryReads from "../model/summaryReads.js";
import type * as model_summaryRows from "../model/summaryRows.js";
import type * as model_sweepBudget from "../model/sweepBudget.js";
import type * as model_sweeps from "../model/sweeps.js";
import type * as model_threadAccess from "../model/threadAccess.js";
import type * as model_threadParticipants from "../model/threadParticipants.js";
import type * as model_threadReads from "../model/threadReads.js";
import type * as model_threadSweep from "../model/threadSweep.js";
import type * as model_threadWrites from "../model/threadWrites.js";
import type * as model_threads from "../model/threads.js";
import type * as model_toolCalls from "../model/toolCalls.js";
import type * as model_toolSteps from "../model/toolSteps.js";
import type * as model_turnArgs from "../model/turnArgs.js";
import type * as model_turnBegin from "../model/turnBegin.js";
import type * as model_turnContext from "../model/turnContext.js";
import type * as model_turnEnd from "../model/turnEnd.js";
import type * as model_turnLater from "../model/turnLater.js";
import type * as model_turnOpen from "../model/turnOpen.js";
import type * as model_turnPrompt from "../model/turnPrompt.js";
import type * as model_turnRecord from "../model/turnRecord.js";
import type * as model_turnRecorded from "../model/turnRecorded.js";
import type * as model_turnSteer from "../model/turnSteer.js";
import type * as model_turnStep from "../model/turnStep.js";
import type * as model_turnUsage from "../model/turnUsage.js";
import type * as model_turnWait from "../model/turnWait.js";
import type * as model_turns from "../model/turns.js";
import type * as model_usage from "../model/usage.js";
import type * as model_usageReads from "../model/usageReads.js";
import type * as model_vectorTables from "../model/vectorTables.js";
import type * as model_workerLeases from "../model/workerLeases.js";
import type * as model_writtenMessages from "../model/writtenMessages.js";
import type * as recall from "../recall.js";
import type * as retention from "../retention.js";
import type * as runs from "../runs.js";
import type * as streams from "../streams.js";
import type * as summaries from "../summaries.js";
import type * as tables_contexts from "../tables/contexts.js";
import type * as tables_documents from "../tables/documents.js";
import type * as tables_knowledge from "../tables/knowledge.js";
import type * as tables_ledger from "../tables/ledger.js";
import type * as tables_recall from "../tables/recall.js";
import type * as tables_runs from "../tables/runs.js";
import type * as tables_threads from "../tables/threads.js";
import type * as tables_upkeep from "../tables/upkeep.js";
import type * as threads from "../threads.js";
import type * as turns from "../turns.js";
import type * as usage from "../usage.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
import { anyApi, componentsGeneric } from "convex/server";

const fullApi: ApiFromModules<{
  blocks: typeof blocks;
  contexts: typeof contexts;
  documents: typeof documents;
  embeddings: typeof embeddings;
  extraction: typeof extraction;
  facts: typeof facts;
  files: typeof files;
  health: typeof health;
  messages: typeof messages;
  "model/blockChecks": typeof model_blockChecks;
  "model/blockReads": typeof model_blockReads;
  "model/blockRows": typeof model_blockRows;
  "model/blockWrite": typeof model_blockWrite;
  "model/blocks": typeof model_blocks;
  "model/contextExplain": typeof model_contextExplain;
  "model/contextGiven": typeof model_contextGiven;
  "model/contextOpen": typeof model_contextOpen;
  "model/contextParts": typeof model_contextParts;
  "model/contextRecall": typeof model_contextRecall;
  "model/contextReplay": typeof model_contextReplay;
  "model/contextTraces": typeof model_contextTraces;
  "model/contexts": typeof model_contexts;
  "model/counts": typeof model_counts;
  "model/currency": typeof model_currency;
  "model/documentChecks": typeof model_documentChecks;
  "model/documentDraft": typeof model_documentDraft;
  "model/documentFilter": typeof model_documentFilter;
  "model/documentReads": typeof model_documentReads;
  "model/documentSpans": typeof model_documentSpans;
  "model/documentSweep": typeof model_documentSweep;
  "model/documentTags": typeof model_documentTags;
  "model/documentUpdate": typeof model_documentUpdate;
  "model/documentWrite": typeof model_documentWrite;
  "model/documents": typeof model_documents;
  "model/embeddingBuild": typeof model_embeddingBuild;
  "model/embeddingCache": typeof model_embeddingCache;
  "model/embeddingGenerations": typeof model_embeddingGenerations;
  "model/embeddingLookUp": typeof model_embeddingLookUp;
  "model/embeddingQueue": typeof model_embeddingQueue;
  "model/embeddingSlots": typeof model_embeddingSlots;
  "model/embeddingStore": typeof model_embeddingStore;
  "model/embeddingTexts": typeof model_embeddingTexts;
  "model/embeddings": typeof model_embeddings;
  "model/extraction": typeof model_extraction;
  "model/extractionCommit": typeof model_extractionCommit;
  "model/extractionReads": typeof model_extractionReads;
  "model/factAppend": typeof model_factAppend;
  "model/factChanges": typeof model_factChanges;
  "model/factChecks": typeof model_factChecks;
  "model/factCounts": typeof model_factCounts;
  "model/factExpiry": typeof model_factExpiry;
  "model/factFollow": typeof model_factFollow;
  "model/factReads": typeof model_factReads;
  "model/factRows": typeof model_factRows;
  "model/factSimilar": typeof model_factSimilar;
  "model/factSources": typeof model_factSources;
  "model/facts": typeof model_facts;
  "model/fileStore": typeof model_fileStore;
  "model/files": typeof model_files;
  "model/generationSweep": typeof model_generationSweep;
  "model/health": typeof model_health;
  "model/hooks": typeof model_hooks;
  "model/ledger": typeof model_ledger;
  "model/lostStreams": typeof model_lostStreams;
  "model/messageAppend": typeof model_messageAppend;
  "model/messageEdits": typeof model_messageEdits;
  "model/messageInput": typeof model_messageInput;
  "model/messagePartials": typeof model_messagePartials;
  "model/messagePayloads": typeof model_messagePayloads;
  "model/messageReads": typeof model_messageReads;
  "model/messageRows": typeof model_messageRows;
  "model/messageTail": typeof model_messageTail;
  "model/messages": typeof model_messages;
  "model/nestedEnds": typeof model_nestedEnds;
  "model/nestedRuns": typeof model_nestedRuns;
  "model/operations": typeof model_operations;
  "model/paging": typeof model_paging;
  "model/priceReads": typeof model_priceReads;
  "model/providerErrors": typeof model_providerErrors;
  "model/recall": typeof model_recall;
  "model/recallArguments": typeof model_recallArguments;
  "model/recallCandidates": typeof model_recallCandidates;
  "model/recallHits": typeof model_recallHits;
  "model/recallIndex": typeof model_recallIndex;
  "model/recallReach": typeof model_recallReach;
  "model/recallSearch": typeof model_recallSearch;
  "model/recallSources": typeof model_recallSources;
  "model/recallTimes": typeof model_recallTimes;
  "model/recallVectors": typeof model_recallVectors;
  "model/retention": typeof model_retention;
  "model/runAnswer": typeof model_runAnswer;
  "model/runCountdown": typeof model_runCountdown;
  "model/runDecide": typeof model_runDecide;
  "model/runDriver": typeof model_runDriver;
  "model/runExpiry": typeof model_runExpiry;
  "model/runLease": typeof model_runLease;
  "model/runLost": typeof model_runLost;
  "model/runOpening": typeof model_runOpening;
  "model/runQueue": typeof model_runQueue;
  "model/runRows": typeof model_runRows;
  "model/runSchedule": typeof model_runSchedule;
  "model/runState": typeof model_runState;
  "model/runSuperseded": typeof model_runSuperseded;
  "model/runTakeUp": typeof model_runTakeUp;
  "model/runTransitions": typeof model_runTransitions;
  "model/runWaiting": typeof model_runWaiting;
  "model/runWaits": typeof model_runWaits;
  "model/runs": typeof model_runs;
  "model/scopeAccess": typeof model_scopeAccess;
  "model/spentCalls": typeof model_spentCalls;
  "model/steering": typeof model_steering;
  "model/streamSweep": typeof model_streamSweep;
  "model/streams": typeof model_streams;
  "model/summaries": typeof model_summaries;
  "model/summaryCommit": typeof model_summaryCommit;
  "model/summaryErasure": typeof model_summaryErasure;
  "model/summaryPlaces": typeof model_summaryPlaces;
  "model/summaryReads": typeof model_summaryReads;
  "model/summaryRows": typeof model_summaryRows;
  "model/sweepBudget": typeof model_sweepBudget;
  "model/sweeps": typeof model_sweeps;
  "model/threadAccess": typeof model_threadAccess;
  "model/threadParticipants": typeof model_threadParticipants;
  "model/threadReads": typeof model_threadReads;
  "model/threadSweep": typeof model_threadSweep;
  "model/threadWrites": typeof model_threadWrites;
  "model/threads": typeof model_threads;
  "model/toolCalls": typeof model_toolCalls;
  "model/toolSteps": typeof model_toolSteps;
  "model/turnArgs": typeof model_turnArgs;
  "model/turnBegin": typeof model_turnBegin;
  "model/turnContext": typeof model_turnContext;
  "model/turnEnd": typeof model_turnEnd;
  "model/turnLater": typeof model_turnLater;
  "model/turnOpen": typeof model_turnOpen;
  "model/turnPrompt": typeof model_turnPrompt;
  "model/turnRecord": typeof model_turnRecord;
  "model/turnRecorded": typeof model_turnRecorded;
  "model/turnSteer": typeof model_turnSteer;
  "model/turnStep": typeof model_turnStep;
  "model/turnUsage": typeof model_turnUsage;
  "model/turnWait": typeof model_turnWait;
  "model/turns": typeof model_turns;
  "model/usage": typeof model_usage;
  "model/usageReads": typeof model_usageReads;
  "model/vectorTables": typeof model_vectorTables;
  "model/workerLeases": typeof model_workerLeases;
  "model/writtenMessages": typeof model_writtenMessages;
  recall: typeof recall;
  retention: typeof retention;
  runs: typeof runs;
  streams: typeof streams;
  summaries: typeof summaries;
  "tables/contexts": typeof tables_contexts;
  "tables/documents": typeof tables_documents;
  "tables/knowledge": typeof tables_knowledge;
  "tables/ledger": typeof tables_ledger;
  "tables/recall": typeof tables_recall;
  "tables/runs": typeof tables_runs;
  "tables/threads": typeof tables_threads;
  "tables/upkeep": typeof tables_upkeep;
  threads: typeof threads;
  turns: typeof turns;
  usage: typeof usage;
}> = anyApi as any;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
> = anyApi as any;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
> = anyApi as any;

export const components = componentsGeneric() as unknown as {};
