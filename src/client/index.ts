export { AgentMemory, type MemorySettings } from "./agentMemory.js";
export type { AgentBudgetRule, AgentBudgets, AgentBudgetSettings } from "../shared/agentBudgets.js";
export { BoundMemory } from "./boundMemory.js";
export type { ReplayedContext } from "./contexts.js";
export type { ContextMaterial } from "../parts/contextMaterial.js";
export type { ActionCtx, MutationCtx, QueryCtx } from "./ctx.js";
export type { Hooks } from "./hooks.js";
export type { LogEvent, LogLine } from "../shared/runLog.js";
export type { BudgetSubjectArgs, SetBudget } from "./budgets.js";
export type { BlockSettings } from "./blocks.js";
export type { Embed } from "./embed.js";
export type { CallAnswer, Decision } from "./runs.js";
export type { RecallAnswer, RecallQuestion, RecallSearch } from "./recall.js";
export type { AgentRateLimiter, RateLimit, RateLimits, RateLimitsPer } from "./rateLimits.js";
export type { Rerank } from "./rerank.js";
export type { StoreVectors } from "./embeddings.js";
export type { BeginTurn } from "./turns.js";
export type { MemoryScope } from "./scopes.js";
export type { ExposedApi, ExposeOptions, Operation } from "./exposeApi.js";

// What calls take and give.
export type { ComponentApi } from "../component/_generated/component.js";
export type { Block, BlockEdit, BlockVersion } from "../validators/block.js";
export type {
  Budget,
  BudgetExceeded,
  BudgetMode,
  BudgetPeriod,
  BudgetStatus,
  BudgetSubject,
  BudgetUnit,
  BudgetWarning,
} from "../validators/budget.js";
export type { BudgetAsk, BudgetRule, HeldRoom } from "../validators/budgetRun.js";
export type { Part, PartOf, PartType, ToolOutputKind } from "../validators/content.js";
export type { ContextExplanation, ContextHindrance, ContextSource } from "../validators/context.js";
export type { ContextAsk, ContextCall, ContextEntry, ContextGiven } from "../validators/contextGiven.js";
export type {
  Chunk,
  ChunkSpan,
  Document,
  DocumentFilter,
  Draft,
  DraftPhase,
} from "../validators/document.js";
export type { ExtractedFact, ExtractionCommit, SaidMessage, Unread } from "../validators/extraction.js";
export type { Fact, FactSource, FactState, FactStatus, FactWrite, NewFact } from "../validators/fact.js";
export type { File, FileAcceptance } from "../validators/file.js";
export type { BoundedCount, Health } from "../validators/health.js";
export type { Message, MessageRole, MessageState } from "../validators/message.js";
export type { NewMessage, Place } from "../validators/messageWrite.js";
export type { Caller, ParticipantRole, Principal, ScopeKind } from "../validators/principal.js";
export type { RecallHit, RecallKind, RecallReason } from "../validators/recall.js";
export type { EmbeddedText, EntryVector, PendingEntry } from "../validators/recallEntry.js";
export type { Generation } from "../validators/embedding.js";
export type {
  ModelPrices,
  NewPeriod,
  PricedModel,
  PriceEntry,
  PricePeriod,
  TokenPrices,
  UnpricedModel,
} from "../validators/price.js";
export type { Rerun } from "../validators/rerun.js";
export type { ProviderError } from "../validators/providerError.js";
export type {
  CallWait,
  LogLevel,
  OpenCall,
  Run,
  WaitsFor,
  RunState,
  RunTicket,
  RunTotals,
  ToolCall,
  ToolCallState,
  WaitingCall,
} from "../validators/run.js";
export type { RunOutcome, WhileRunning } from "../validators/runDriving.js";
export type { StreamChunk, StreamState } from "../validators/stream.js";
export type { Summary } from "../validators/summary.js";
export type {
  Committed,
  CompactionHead,
  NewSummary,
  OwnedSummary,
  Uncovered,
} from "../validators/summaryWork.js";
export type { CommitSummary } from "./summaries.js";
export type { Thread, ThreadHit, ThreadPlace, ThreadStatus } from "../validators/thread.js";
export type {
  AskedWait,
  ContextLimits,
  ReservedCall,
  StepResult,
  StepSaved,
  CallDrawn,
  StepStart,
  TakenUp,
  ToolStart,
  TurnStart,
} from "../validators/turn.js";
export type { SteeringPlace } from "../validators/steering.js";
export type { Usage, UsageEvent, UsagePurpose } from "../validators/usage.js";
export type { Spent } from "../validators/spent.js";
export type {
  SeriesQuestion,
  SummaryQuestion,
  TopQuestion,
  UsageBy,
  UsageEvery,
  UsageGroup,
  UsageMeasure,
  UsagePoint,
  UsageSeries,
  UsageSummary,
  UsageSums,
  UsageTop,
} from "../validators/usageSums.js";

// Shapes, for the returns of an app's own functions.
export { vChunkSpan, vDocument } from "../validators/document.js";
export { vBlock } from "../validators/block.js";
export { vFact } from "../validators/fact.js";
export { vContextExplanation } from "../validators/context.js";
export { vFile } from "../validators/file.js";
export { vHealth } from "../validators/health.js";
export { vMessage } from "../validators/message.js";
export { vPage, vPageRequest } from "../validators/page.js";
export { vPrincipal } from "../validators/principal.js";
export { vModelPrices, vPricePeriod, vUnpricedModel } from "../validators/price.js";
export { vRecallHit } from "../validators/recall.js";
export { vRerun } from "../validators/rerun.js";
export { vRun, vRunState, vRunTicket, vToolCall, vWaitingCall } from "../validators/run.js";
export { vStreamChunk, vStreamState } from "../validators/stream.js";
export { vSummary } from "../validators/summary.js";
export { vThread } from "../validators/thread.js";
export { vBudget, vBudgetStatus, vBudgetWarning } from "../validators/budget.js";
export { vUsageEvent } from "../validators/usage.js";
export { vUsageSeries, vUsageSummary, vUsageTop } from "../validators/usageSums.js";

// Errors.
export { isMemoryError, memoryError } from "../validators/errors.js";
export type { ErrorCode, ErrorDetails, MemoryErrorData } from "../validators/errors.js";
