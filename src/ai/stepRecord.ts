import { v, type Infer, type ObjectType } from "convex/values";
import type { RunState } from "../client/index.js";
import { isActive } from "../shared/runState.js";
import { vPrincipal } from "../validators/principal.js";
import { vWaitsFor } from "../validators/run.js";

const vCall = v.object({ callId: v.string(), toolName: v.string() });
/** A tool call that a model asked for. */
export type StepCall = Infer<typeof vCall>;

/** What a step that waits is given when its time has come. */
const vHeldOver = {
  /** Tokens that it has reserved of its rate limits. */
  reserved: v.optional(v.number()),
  /** How often it has asked its model in vain. */
  tries: v.optional(v.number()),
};

/** Ids only: what a step needs it reads, so that nothing that was said lies in a workflow's journal. */
export const vStepArgs = {
  runId: v.string(),
  as: vPrincipal,
  /** Of the step after the run; the others read it. */
  threadId: v.optional(v.string()),
  /** The model step, from 0; of a tool the step that asked for it. */
  place: v.number(),
  /** Of a tool's step. */
  call: v.optional(vCall),
  /** The tool's step asks the model as well, when the tool is done. */
  thenModel: v.optional(v.boolean()),
  /** The run has its answer: what is to be done after it. */
  after: v.optional(v.boolean()),
  /** Whether to return the answer: a workflow around the run waits for it. */
  report: v.optional(v.boolean()),
  /** Of the first step, which keeps it with the run. */
  workflowId: v.optional(v.string()),
  /** How often this model step has waited for a time, and what it had by then. */
  waited: v.optional(v.object({ times: v.number(), ...vHeldOver })),
};
export type StepArgs = ObjectType<typeof vStepArgs>;

/** A call that a step asked for; `held` until somebody has decided about it. */
const vAsked = v.object({
  ...vCall.fields,
  held: v.optional(v.boolean()),
  /** Another agent's durable run answers it. */
  nested: v.optional(v.boolean()),
});

export const vStepOutcome = v.object({
  /** The tools to run next. */
  calls: v.array(vAsked),
  /** Some of them are answered later. */
  later: v.optional(v.boolean()),
  /** The run is over: completed, canceled or failed. */
  ended: v.boolean(),
  /** The model is not asked again after the tools. */
  stop: v.boolean(),
  /** A last step is to follow: facts are to be found, or room made. */
  after: v.optional(v.boolean()),
  text: v.optional(v.string()),
  /** Of a step that was to ask the model behind its tool: that is left to a step of its own. */
  unasked: v.optional(v.boolean()),
  failure: v.optional(v.string()),
  /** The model was not asked: the workflow waits for that time, in ms since the epoch, and runs the step again. */
  waitUntil: v.optional(v.object({ at: v.number(), reason: vWaitsFor, ...vHeldOver })),
});
export type StepOutcome = Infer<typeof vStepOutcome>;

/**
 * What a workflow's journal keeps of a step: the outcome without what is not so. The journal is read anew before each
 * step, so every byte of it is paid for with each step that follows.
 */
export const vStepRecord = vStepOutcome.partial();
export type StepRecord = Infer<typeof vStepRecord>;

/** The outcome without empty lists, `false` and what is undefined. */
export function toRecord(outcome: StepOutcome): StepRecord {
  const kept = Object.entries(outcome).filter(([, value]) => !isNothing(value));
  return Object.fromEntries(kept);
}

/** The outcome of a step that leaves its run where it stands. */
export function endedWith(state: RunState): StepOutcome {
  const failure = state.kind === "failed" ? { failure: `${state.code}: ${state.message}` } : {};
  return { calls: [], ended: !isActive(state), stop: false, ...failure };
}

/** The outcome that was kept. */
export const fromRecord = (record: StepRecord): StepOutcome => ({
  calls: [],
  ended: false,
  stop: false,
  ...record,
});

const isNothing = (value: unknown): boolean =>
  value === undefined || value === false || (Array.isArray(value) && value.length === 0);
