import { v, type Infer, type VAny } from "convex/values";
import { vOpaqueExceeded } from "./budget.js";
import { vOpaqueError } from "./providerError.js";

/** The states of a run. `src/component/README.md` draws how they follow each other. */
export const vRunState = v.union(
  /** Until its turn comes; with `startAt` until that time, in ms since the epoch. */
  v.object({ kind: v.literal("queued"), startAt: v.optional(v.number()) }),
  v.object({ kind: v.literal("running") }),
  v.object({ kind: v.literal("awaitingApproval") }),
  v.object({ kind: v.literal("awaitingResult") }),
  v.object({ kind: v.literal("completed"), endedAt: v.number() }),
  v.object({
    kind: v.literal("failed"),
    endedAt: v.number(),
    code: v.string(),
    message: v.string(),
    error: v.optional(vOpaqueError),
  }),
  v.object({ kind: v.literal("canceled"), endedAt: v.number(), reason: v.optional(v.string()) }),
);
export type RunState = Infer<typeof vRunState>;

/**
 * A state as runtimes get it from a turn's doors: opaque there, as parts are, so that a dozen doors do not spell it
 * out. The rows that it comes from are checked against `vRunState`.
 */
export const vOpaqueRunState = v.any() as VAny<RunState>;

/** The names of the states. */
const vRunStateKind = v.union(
  v.literal("queued"),
  v.literal("running"),
  v.literal("awaitingApproval"),
  v.literal("awaitingResult"),
  v.literal("completed"),
  v.literal("failed"),
  v.literal("canceled"),
);

/** A run that was started: what to watch, the message that asked, and whether the run goes on at once or waits. */
export const vRunTicket = v.object({
  runId: v.string(),
  messageId: v.string(),
  /** Of a run with `startAt` it may become a later one. */
  turn: v.number(),
  state: vRunStateKind,
  /** The prompt was handed to a run that was under way: that run, and the prompt's message. */
  steered: v.optional(v.boolean()),
});
export type RunTicket = Infer<typeof vRunTicket>;

/** `action`: the loop lives in the caller's action. `durable`: each step is a workflow step. */
export const vRunEngine = v.union(v.literal("action"), v.literal("durable"));
export type RunEngine = Infer<typeof vRunEngine>;

/** What a run under way waits for until a time: the reset of a budget, or room within a rate limit. */
export const vWaitsFor = v.union(v.literal("budget"), v.literal("rateLimit"));
export type WaitsFor = Infer<typeof vWaitsFor>;

/** What a run has used so far: exact at every moment, kept on the run's own row. */
export const vRunTotals = v.object({
  calls: v.number(),
  inputTokens: v.number(),
  outputTokens: v.number(),
  /** Millionths of the ledger's currency; absent where no call's cost is known. */
  costMicros: v.optional(v.number()),
  /** Calls beside those whose cost is not known, where there are both. */
  unpricedCalls: v.optional(v.number()),
});
export type RunTotals = Infer<typeof vRunTotals>;

/** `errors`: what failed; `all`: each transition of a run as well. */
export const vLogLevel = v.union(v.literal("off"), v.literal("errors"), v.literal("all"));
export type LogLevel = Infer<typeof vLogLevel>;

export const vToolCallState = v.union(
  v.object({ kind: v.literal("pending") }),
  v.object({ kind: v.literal("awaitingApproval") }),
  v.object({ kind: v.literal("awaitingResult") }),
  v.object({ kind: v.literal("started"), startedAt: v.number() }),
  v.object({ kind: v.literal("done"), endedAt: v.number() }),
  v.object({ kind: v.literal("failed"), endedAt: v.number() }),
  v.object({ kind: v.literal("interrupted"), endedAt: v.number() }),
  v.object({ kind: v.literal("denied"), endedAt: v.number(), reason: v.optional(v.string()) }),
);
export type ToolCallState = Infer<typeof vToolCallState>;

/** What a call waits for. */
export const vCallWait = v.object({
  /** Held until somebody decides, so long at most. */
  approvalTimeoutMs: v.optional(v.number()),
  /** Its result comes from outside, so long after it was asked for at most. */
  answerTimeoutMs: v.optional(v.number()),
  /** False for a tool without code of its own: only its result is awaited. */
  runs: v.boolean(),
  /** Why it is asked, for whoever decides. */
  requestReason: v.optional(v.string()),
});
export type CallWait = Infer<typeof vCallWait>;

/** What was decided about a call. */
const vDecision = v.object({
  kind: v.union(v.literal("approved"), v.literal("denied"), v.literal("expired")),
  at: v.number(),
  /** A userId, or "system"; absent when it expired. */
  by: v.optional(v.string()),
  reason: v.optional(v.string()),
  /** What the model had asked for, where the input was edited: its start, when it is long. */
  askedInput: v.optional(v.string()),
});

/** One call of a tool; `step` is the place that was reserved for its result. */
export const vToolCall = v.object({
  callId: v.string(),
  toolName: v.string(),
  turn: v.number(),
  step: v.number(),
  state: vToolCallState,
  ms: v.optional(v.number()),
  /** The nested run that answers it, in a durable run: it has a thread of its own. */
  childRunId: v.optional(v.string()),
  /** Present where somebody must decide, or the result comes from outside. */
  wait: v.optional(vCallWait),
  /** When what it waits for comes too late, in ms since the epoch. */
  expiresAt: v.optional(v.number()),
  decision: v.optional(vDecision),
  /** Who gave the result that came from outside: a userId, or "system". */
  answeredBy: v.optional(v.string()),
});
export type ToolCall = Infer<typeof vToolCall>;

/** A call without a result: it waits for a decision or a result from outside, or was approved and is to run. */
const vOpenCall = v.object({
  callId: v.string(),
  toolName: v.string(),
  kind: v.union(v.literal("approval"), v.literal("result"), v.literal("approved")),
  requestReason: v.optional(v.string()),
});
export type OpenCall = Infer<typeof vOpenCall>;

/** How much a run waits for; `calls` where one run is asked for: what an interface needs to show its last step. */
const vWaiting = v.object({
  approvals: v.number(),
  results: v.number(),
  calls: v.optional(v.array(vOpenCall)),
});

export const vRun = v.object({
  runId: v.string(),
  threadId: v.string(),
  turn: v.number(),
  agentName: v.string(),
  engine: vRunEngine,
  state: vRunState,
  steps: v.number(),
  totals: vRunTotals,
  startedAt: v.number(),
  workflowId: v.optional(v.string()),
  /** Of a nested run: the run that asked. */
  parentRunId: v.optional(v.string()),
  /** Steering messages that no call of the model has read yet; absent: none. */
  unreadSteering: v.optional(v.number()),
  /** Of a run that failed with `BUDGET_EXCEEDED`: which budget, and its figures. */
  exceeded: v.optional(vOpaqueExceeded),
  waiting: v.optional(vWaiting),
  /** Of a durable run that is to ask its model and may not yet: until when it waits, in ms since the epoch, and for what. */
  waitsUntil: v.optional(v.number()),
  waitsFor: v.optional(vWaitsFor),
});
export type Run = Infer<typeof vRun>;

/** A call that waits, with what it asks for: for whoever decides or answers. */
export const vWaitingCall = v.object({
  callId: v.string(),
  /** The place of its result: it tells calls apart that a model numbers anew in each step. */
  step: v.number(),
  toolName: v.string(),
  kind: v.union(v.literal("approval"), v.literal("result")),
  /** The tool's input as JSON text; of a long one its start: read `part` of `messageId` for the whole. */
  input: v.string(),
  isCut: v.boolean(),
  messageId: v.string(),
  part: v.number(),
  requestReason: v.optional(v.string()),
  expiresAt: v.number(),
});
export type WaitingCall = Infer<typeof vWaitingCall>;
