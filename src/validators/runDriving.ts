// What drives a run and what is decided about it, besides what is told of one.
import { v, type Infer } from "convex/values";
import { vPrincipal } from "./principal.js";
import { vOpaqueError } from "./providerError.js";
import { vRunTotals } from "./run.js";

/** How a run ends other than by its last step. */
export const vRunOutcome = v.union(
  v.object({ kind: v.literal("completed") }),
  v.object({
    kind: v.literal("failed"),
    code: v.string(),
    message: v.string(),
    error: v.optional(vOpaqueError),
  }),
  v.object({ kind: v.literal("canceled"), reason: v.optional(v.string()) }),
);
export type RunOutcome = Infer<typeof vRunOutcome>;

/**
 * How the component reaches the code that drives a durable run: the handle of its `settle`, the path of its module,
 * and for whom it was started.
 */
export const vRunDriver = v.object({ settle: v.string(), path: v.string(), as: vPrincipal });
export type RunDriver = Infer<typeof vRunDriver>;

/** What a nested run answers: a run, and its call where that has a row of its own. */
export const vParentCall = v.object({ runId: v.string(), callId: v.optional(v.string()) });
export type ParentCall = Infer<typeof vParentCall>;

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

/** The places of steering messages that no call of the model has read yet: from `from`, before `next`. */
export const vUnreadSteering = v.object({ from: v.number(), next: v.number() });

/** What a run has read of steering. */
export const vReadSteering = v.object({
  /** How many messages. */
  messages: v.number(),
  /** Places in its turn where nothing stands, or what the run itself did not write. */
  places: v.number(),
  /** Model steps that were saved when it last read some: stop conditions count from there. */
  atStep: v.number(),
});

/** As a run's row keeps them: without `calls` where each saved a step. */
export const vKeptTotals = v.object({ ...vRunTotals.fields, calls: v.optional(v.number()) });

/** What somebody decides about one call; `step`: as listed, so that no later call of the same id is meant; `input`: JSON text that the tool is given instead of what the model wrote. */
export const vCallDecision = v.union(
  v.object({
    ...{ callId: v.string(), step: v.optional(v.number()) },
    ...{ kind: v.literal("approve"), input: v.optional(v.string()) },
  }),
  v.object({
    ...{ callId: v.string(), step: v.optional(v.number()) },
    ...{ kind: v.literal("deny"), reason: v.optional(v.string()) },
  }),
);
export type CallDecision = Infer<typeof vCallDecision>;

/** A result that comes from outside: of the kinds that need no more than a text. */
export const vAnswer = v.object({
  outputKind: v.union(v.literal("text"), v.literal("json"), v.literal("error")),
  output: v.string(),
});
export type Answer = Infer<typeof vAnswer>;
