import { v, type Infer } from "convex/values";
import { vPrincipal } from "./principal.js";

/** The states of a run. `src/component/README.md` draws how they follow each other. */
export const vRunState = v.union(
  v.object({ kind: v.literal("queued") }),
  v.object({ kind: v.literal("running") }),
  v.object({ kind: v.literal("awaitingApproval") }),
  v.object({ kind: v.literal("awaitingResult") }),
  v.object({ kind: v.literal("completed"), endedAt: v.number() }),
  v.object({ kind: v.literal("failed"), endedAt: v.number(), code: v.string(), message: v.string() }),
  v.object({ kind: v.literal("canceled"), endedAt: v.number(), reason: v.optional(v.string()) }),
);
export type RunState = Infer<typeof vRunState>;

/** How a run ends other than by its last step. */
export const vRunOutcome = v.union(
  v.object({ kind: v.literal("completed") }),
  v.object({ kind: v.literal("failed"), code: v.string(), message: v.string() }),
  v.object({ kind: v.literal("canceled"), reason: v.optional(v.string()) }),
);
export type RunOutcome = Infer<typeof vRunOutcome>;

/** `action`: the loop lives in the caller's action. `durable`: each step is a workflow step. */
export const vRunEngine = v.union(v.literal("action"), v.literal("durable"));
export type RunEngine = Infer<typeof vRunEngine>;

/**
 * How the component reaches the code that drives a durable run: the handle of its `settle`, the path of its module,
 * and for whom it was started.
 */
export const vRunDriver = v.object({ settle: v.string(), path: v.string(), as: vPrincipal });
export type RunDriver = Infer<typeof vRunDriver>;

/** What the component asks of a run's driver, in the transaction that makes it due. */
export const vDriverCall = v.union(
  /** The run's turn has come: start its workflow. */
  v.object({
    kind: v.literal("start"),
    path: v.string(),
    as: vPrincipal,
    threadId: v.string(),
    runId: v.string(),
  }),
  /** What the run's workflow waits for is there, or the run has ended. */
  v.object({ kind: v.literal("wake"), event: v.string(), value: v.any() }), // each event's own shape
);
export type DriverCall = Infer<typeof vDriverCall>;

/** What a new prompt does while the thread has an active run. */
export const vWhileRunning = v.union(
  /** Waits until those before it are answered. */
  v.literal("queue"),
  /** Is refused with `RUN_ACTIVE`. */
  v.literal("reject"),
  /** Cancels the active run, and keeps what it said. */
  v.literal("interrupt"),
  /** Is read by the active run with its next call of the model. */
  v.literal("steer"),
);
export type WhileRunning = Infer<typeof vWhileRunning>;

/** What a run has used so far: exact at every moment, kept on the run's own row. */
export const vRunTotals = v.object({ calls: v.number(), inputTokens: v.number(), outputTokens: v.number() });
export type RunTotals = Infer<typeof vRunTotals>;

/** As a run's row keeps them: without `calls` where each saved a step. */
export const vKeptTotals = v.object({
  calls: v.optional(v.number()),
  inputTokens: v.number(),
  outputTokens: v.number(),
});

/** Of the call that ended a run: how long the run took, and what it used. */
export const vRunClosed = v.object({ ms: v.number(), tokens: v.number() });
export type RunClosed = Infer<typeof vRunClosed>;

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
});
export type Run = Infer<typeof vRun>;

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

/** One call of a tool; `step` is the place that was reserved for its result. */
export const vToolCall = v.object({
  callId: v.string(),
  toolName: v.string(),
  turn: v.number(),
  step: v.number(),
  state: vToolCallState,
  ms: v.optional(v.number()),
});
export type ToolCall = Infer<typeof vToolCall>;
