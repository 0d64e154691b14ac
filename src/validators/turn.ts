import { v, type Infer } from "convex/values";
import { vOpaqueParts, type Part, type PartOf } from "./content.js";
import { vContextGiven } from "./context.js";
import { vMessage, type Message } from "./message.js";
import { vEmbeddedText, vPendingEntry } from "./recall.js";
import { vRunClosed, vRunState, vToolCall } from "./run.js";

/** How much of a thread a context may hold; each is clamped to the component's own maximum. */
export const vContextLimits = v.object({
  maxMessages: v.optional(v.number()),
  maxBytes: v.optional(v.number()),
  maxTokens: v.optional(v.number()),
});
export type ContextLimits = Infer<typeof vContextLimits>;

/** The result of a call that an in-action step left open. */
export const vStepResult = v.object({
  callId: v.string(),
  part: v.any(), // a toolResult part: checked against its validator by the model
  failed: v.boolean(),
  ms: v.number(),
});
export type StepResult = Omit<Infer<typeof vStepResult>, "part"> & { part: PartOf<"toolResult"> };

/** A call whose result is to come, with the place that is reserved for it. */
export const vReservedCall = v.object({ callId: v.string(), toolName: v.string(), step: v.number() });
export type ReservedCall = Infer<typeof vReservedCall>;

const vPromptEmbedding = {
  /** The prompt's vector, where its text was embedded before: no need to embed it again. */
  promptVector: v.optional(vEmbeddedText),
  /** Whose vectors are searched, once the app has named it. */
  activeEmbedder: v.optional(v.string()),
};

export const vTurnStart = v.object({
  runId: v.string(),
  turn: v.number(),
  repeated: v.boolean(),
  state: vRunState,
  promptMessageId: v.string(),
  context: v.array(vMessage),
  given: v.optional(vContextGiven),
  streamId: v.optional(v.string()),
  messageId: v.optional(v.string()),
  ...vPromptEmbedding,
  promptEntryId: v.optional(v.string()),
  pending: v.array(vPendingEntry),
});
export type TurnStart = Omit<Infer<typeof vTurnStart>, "context"> & { context: Message[] };

export const vStepStart = v.object({
  saved: v.boolean(),
  state: vRunState,
  threadId: v.string(),
  turn: v.number(),
  agentName: v.string(),
  steps: v.number(),
  context: v.array(vMessage),
  given: v.optional(vContextGiven),
  calls: v.array(vToolCall),
  streamId: v.optional(v.string()),
  messageId: v.optional(v.string()),
  promptText: v.string(),
  ...vPromptEmbedding,
  promptEntryId: v.optional(v.string()),
  pending: v.array(vPendingEntry),
});
export type StepStart = Omit<Infer<typeof vStepStart>, "context"> & { context: Message[] };

export const vStepMessage = v.object({ parts: vOpaqueParts, model: v.optional(v.string()) });
export type StepMessage = { parts: Part[]; model?: string };

const vSavedResult = v.object({ callId: v.string(), messageId: v.string() });
export type SavedResult = Infer<typeof vSavedResult>;

export const vStepSaved = v.object({
  saved: v.boolean(),
  state: vRunState,
  messageId: v.optional(v.string()),
  calls: v.array(vReservedCall),
  /** The messages of the results that came along. */
  results: v.optional(v.array(vSavedResult)),
  streamId: v.optional(v.string()),
  nextMessageId: v.optional(v.string()),
  closed: v.optional(vRunClosed),
});
export type StepSaved = Infer<typeof vStepSaved>;

export const vToolStart = v.union(
  v.object({
    kind: v.literal("execute"),
    toolName: v.string(),
    input: v.string(),
    turn: v.number(),
    step: v.number(),
  }),
  v.object({ kind: v.literal("settled") }),
  v.object({ kind: v.literal("interrupted") }),
  v.object({ kind: v.literal("ended") }),
);
export type ToolStart = Infer<typeof vToolStart>;
