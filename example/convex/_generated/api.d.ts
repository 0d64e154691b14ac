/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as about from "../about.js";
import type * as activity from "../activity.js";
import type * as ask from "../ask.js";
import type * as brief from "../brief.js";
import type * as briefWorkflow from "../briefWorkflow.js";
import type * as chat from "../chat.js";
import type * as composeDigest from "../composeDigest.js";
import type * as costs from "../costs.js";
import type * as crons from "../crons.js";
import type * as digests from "../digests.js";
import type * as documents from "../documents.js";
import type * as ingest from "../ingest.js";
import type * as inspect from "../inspect.js";
import type * as knowledge from "../knowledge.js";
import type * as memory from "../memory.js";
import type * as models_answerLength from "../models/answerLength.js";
import type * as models_composeAnswer from "../models/composeAnswer.js";
import type * as models_decide from "../models/decide.js";
import type * as models_evidence from "../models/evidence.js";
import type * as models_extractive from "../models/extractive.js";
import type * as models_forgetting from "../models/forgetting.js";
import type * as models_hashedEmbedder from "../models/hashedEmbedder.js";
import type * as models_index from "../models/index.js";
import type * as models_keeping from "../models/keeping.js";
import type * as models_memoryEvidence from "../models/memoryEvidence.js";
import type * as models_modelOutput from "../models/modelOutput.js";
import type * as models_passages from "../models/passages.js";
import type * as models_questionParts from "../models/questionParts.js";
import type * as models_readTurn from "../models/readTurn.js";
import type * as models_sentences from "../models/sentences.js";
import type * as models_shownMemory from "../models/shownMemory.js";
import type * as models_told from "../models/told.js";
import type * as models_toolCalls from "../models/toolCalls.js";
import type * as models_words from "../models/words.js";
import type * as prices from "../prices.js";
import type * as reports from "../reports.js";
import type * as rerun from "../rerun.js";
import type * as researcher from "../researcher.js";
import type * as search from "../search.js";
import type * as spending from "../spending.js";
import type * as uploads from "../uploads.js";
import type * as worker from "../worker.js";
import type * as writer from "../writer.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  about: typeof about;
  activity: typeof activity;
  ask: typeof ask;
  brief: typeof brief;
  briefWorkflow: typeof briefWorkflow;
  chat: typeof chat;
  composeDigest: typeof composeDigest;
  costs: typeof costs;
  crons: typeof crons;
  digests: typeof digests;
  documents: typeof documents;
  ingest: typeof ingest;
  inspect: typeof inspect;
  knowledge: typeof knowledge;
  memory: typeof memory;
  "models/answerLength": typeof models_answerLength;
  "models/composeAnswer": typeof models_composeAnswer;
  "models/decide": typeof models_decide;
  "models/evidence": typeof models_evidence;
  "models/extractive": typeof models_extractive;
  "models/forgetting": typeof models_forgetting;
  "models/hashedEmbedder": typeof models_hashedEmbedder;
  "models/index": typeof models_index;
  "models/keeping": typeof models_keeping;
  "models/memoryEvidence": typeof models_memoryEvidence;
  "models/modelOutput": typeof models_modelOutput;
  "models/passages": typeof models_passages;
  "models/questionParts": typeof models_questionParts;
  "models/readTurn": typeof models_readTurn;
  "models/sentences": typeof models_sentences;
  "models/shownMemory": typeof models_shownMemory;
  "models/told": typeof models_told;
  "models/toolCalls": typeof models_toolCalls;
  "models/words": typeof models_words;
  prices: typeof prices;
  reports: typeof reports;
  rerun: typeof rerun;
  researcher: typeof researcher;
  search: typeof search;
  spending: typeof spending;
  uploads: typeof uploads;
  worker: typeof worker;
  writer: typeof writer;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {
  agentMemory: import("convex-agent-memory/_generated/component.js").ComponentApi<"agentMemory">;
  workflow: import("@convex-dev/workflow/_generated/component.js").ComponentApi<"workflow">;
  rateLimiter: import("@convex-dev/rate-limiter/_generated/component.js").ComponentApi<"rateLimiter">;
};
