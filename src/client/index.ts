export { AgentMemory } from "./agentMemory.js";
export { BoundMemory } from "./boundMemory.js";
export type { ReplayedContext } from "./contexts.js";
export type { ActionCtx, MutationCtx, QueryCtx } from "./ctx.js";
export type { Embed } from "./embed.js";
export type { ExposedApi, ExposeOptions, Operation } from "./exposeApi.js";

// What calls take and give.
export type { ComponentApi } from "../component/_generated/component.js";
export type { Part, PartOf, PartType, ToolOutputKind } from "../validators/content.js";
export type {
  ContextAsk,
  ContextCall,
  ContextEntry,
  ContextExplanation,
  ContextGiven,
  ContextSource,
} from "../validators/context.js";
export type { Chunk, Document } from "../validators/document.js";
export type { File } from "../validators/file.js";
export type { Message, MessageRole, MessageState, NewMessage, Place } from "../validators/message.js";
export type { Caller, ParticipantRole, Principal, ScopeKind } from "../validators/principal.js";
export type { EmbeddedText, PendingEntry, RecallHit, RecallKind } from "../validators/recall.js";
export type { Run, RunOutcome, RunState, RunTotals, ToolCall, ToolCallState } from "../validators/run.js";
export type { StreamChunk, StreamState } from "../validators/stream.js";
export type { Thread, ThreadStatus } from "../validators/thread.js";
export type {
  ContextLimits,
  StepResult,
  StepSaved,
  StepStart,
  ToolStart,
  TurnStart,
} from "../validators/turn.js";
export type { Usage, UsageEvent } from "../validators/usage.js";

// Shapes, for the returns of an app's own functions.
export { vContextExplanation } from "../validators/context.js";
export { vDocument } from "../validators/document.js";
export { vFile } from "../validators/file.js";
export { vMessage } from "../validators/message.js";
export { vPage, vPageRequest } from "../validators/page.js";
export { vPrincipal } from "../validators/principal.js";
export { vRecallHit } from "../validators/recall.js";
export { vRun, vRunState, vToolCall } from "../validators/run.js";
export { vStreamChunk, vStreamState } from "../validators/stream.js";
export { vThread } from "../validators/thread.js";
export { vUsageEvent } from "../validators/usage.js";

// The deltas of a stream, for readers without the hooks.
export { foldDeltas, parseDeltas, type StreamDelta } from "../shared/foldDeltas.js";

// Errors.
export { isMemoryError, memoryError } from "../validators/errors.js";
export type { ErrorCode, ErrorDetails, MemoryErrorData } from "../validators/errors.js";
