import { v, type Infer } from "convex/values";
import { vOpaqueExceeded } from "./budget.js";
import { vOpaqueRoom } from "./budgetRun.js";
import type { Part, PartOf } from "./content.js";
import { vOpaqueParts } from "./opaqueParts.js";
import { vContextGiven } from "./contextGiven.js";
import { vMessage, type Message } from "./message.js";
import { vEmbeddedText, vPendingEntry } from "./recallEntry.js";
import { vCallWait, vOpaqueRunState, vRunTotals, vToolCall, vWaitsFor } from "./run.js";
import { vOpaqueSpent } from "./spent.js";

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
  /** What the tool's own calls of other services cost. */
  used: v.optional(v.array(vOpaqueSpent)),
});
export type StepResult = Omit<Infer<typeof vStepResult>, "part"> & { part: PartOf<"toolResult"> };

/** A call whose result is to come, with the place that is reserved for it. */
export const vReservedCall = v.object({ callId: v.string(), toolName: v.string(), step: v.number() });
export type ReservedCall = Infer<typeof vReservedCall>;

/** What a call of the step waits for, or the result that it has at once because it may not run. */
export const vAskedWait = v.object({
  callId: v.string(),
  ...vCallWait.fields,
  refused: v.optional(
    v.object({ outputKind: v.union(v.literal("denied"), v.literal("error")), output: v.string() }),
  ),
});
export type AskedWait = Infer<typeof vAskedWait>;

/** A call that was saved, and what it waits for. */
const vSavedCall = v.object({ ...vReservedCall.fields, wait: v.optional(vCallWait) });

/** What a run's budgets say to the code that drives it. */
const vBudgetsSaid = {
  /** Soft budgets that have just been passed, told once a period. */
  warned: v.optional(v.array(vOpaqueExceeded)),
  /** The run has ended because a hard budget has no room for its next call. */
  exceeded: v.optional(vOpaqueExceeded),
  /** A durable run waits for its budget until then, in ms since the epoch: no call of the model before. */
  waitUntil: v.optional(v.number()),
  /** What it holds for its next call, where a hard budget limits it. */
  holds: v.optional(vOpaqueRoom),
};

/** What came of a draw for a call that is not as it was held to be. */
export const vCallDrawn = v.object({
  waitUntil: vBudgetsSaid.waitUntil,
  exceeded: vBudgetsSaid.exceeded,
  /** There is no room: the model is not to be asked, and the run is to be ended so. */
  refused: v.optional(v.object({ code: v.string(), message: v.string() })),
});
export type CallDrawn = Infer<typeof vCallDrawn>;

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
  state: vOpaqueRunState,
  promptMessageId: v.string(),
  /** The prompt was handed to a run that was under way: that run. */
  steered: v.optional(v.boolean()),
  warned: vBudgetsSaid.warned,
  holds: vBudgetsSaid.holds,
  /** Of a run that waits for its turn: the run that has the thread. */
  behind: v.optional(v.string()),
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
  state: vOpaqueRunState,
  threadId: v.string(),
  turn: v.number(),
  agentName: v.string(),
  steps: v.number(),
  /** The run had waited until this very call: until when it was to, in ms since the epoch, and for what. */
  waited: v.optional(v.object({ until: v.number(), waitsFor: vWaitsFor })),
  /** How many of the steps had been saved when the run last read steering: stop conditions count from there. */
  steeredAt: v.optional(v.number()),
  ...vBudgetsSaid,
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

/** Messages that came while the run was under way, as its next call is shown them; `long` as in `given`. */
const vSteered = v.object({ messages: v.array(vMessage), long: v.array(v.array(v.number())) });

const vSavedResult = v.object({ callId: v.string(), messageId: v.string() });
export type SavedResult = Infer<typeof vSavedResult>;

export const vStepSaved = v.object({
  saved: v.boolean(),
  state: vOpaqueRunState,
  messageId: v.optional(v.string()),
  calls: v.array(vSavedCall),
  /** The messages of the results that came along. */
  results: v.optional(v.array(vSavedResult)),
  streamId: v.optional(v.string()),
  nextMessageId: v.optional(v.string()),
  /** Of an in-action run: what it reads with its next call, also where this step would have been its last. */
  steered: v.optional(vSteered),
  /** Another action has the run: what this one said is not kept. */
  superseded: v.optional(v.boolean()),
  ...vBudgetsSaid,
  /** What the run used so far, where that is more than its calls' tokens: a cost is known, or others answered it. */
  totals: v.optional(vRunTotals),
});
export type StepSaved = Omit<Infer<typeof vStepSaved>, "steered"> & {
  steered?: { messages: Message[]; long: number[][] };
};

/** Where a run stands that was to be ended; `ended` where this call did that, `superseded` where another action has it. */
export const vTurnEnded = v.object({
  state: vOpaqueRunState,
  ended: v.boolean(),
  superseded: v.optional(v.boolean()),
  /** For an action: what the run used, where that is more than it can count itself. */
  totals: v.optional(vRunTotals),
});
export type TurnEnded = Infer<typeof vTurnEnded>;

/** When the step after a saved one streams: `ifSteered` where there is one only because of steering. */
export const vNextStream = v.union(v.boolean(), v.literal("ifSteered"));
export type NextStream = Infer<typeof vNextStream>;

export const vToolStart = v.union(
  v.object({
    kind: v.literal("execute"),
    toolName: v.string(),
    input: v.string(),
    threadId: v.string(),
    turn: v.number(),
    step: v.number(),
    /** Its result comes from outside, once the tool has asked for it. */
    later: v.optional(v.boolean()),
  }),
  /** It has its result, or waits for what is not the tool's to give. */
  v.object({ kind: v.literal("settled") }),
  v.object({ kind: v.literal("interrupted") }),
  v.object({ kind: v.literal("ended") }),
);
export type ToolStart = Infer<typeof vToolStart>;

/**
 * A run in an action, as somebody finds it who wants to go on with it. `taken`: it is theirs. `waiting`: not everything
 * is decided and answered. `ended`: it is over.
 */
export const vTakenUp = v.object({
  kind: v.union(v.literal("taken"), v.literal("waiting"), v.literal("ended")),
  state: vOpaqueRunState,
  threadId: v.string(),
  turn: v.number(),
  promptMessageId: v.string(),
  steps: v.number(),
  totals: vRunTotals,
  /** How often it was taken up by now: who has it says so with what it writes. */
  takeUps: v.number(),
  /** How many of the steps had been saved when the run last read steering. */
  steeredAt: v.optional(v.number()),
  /** Those of its last step, where that had to wait. */
  calls: v.array(vToolCall),
});
export type TakenUp = Infer<typeof vTakenUp>;
