import type { BoundMemory, MutationCtx, RunOutcome, WaitsFor } from "../client/index.js";
import { WAITS_MAX } from "../shared/ledgerLimits.js";
import { isActive } from "../shared/runState.js";
import { waitsUntil } from "../shared/waitPacing.js";
import { isMemoryError } from "../validators/errors.js";
import { endedWith, type StepArgs, type StepOutcome } from "./stepRecord.js";

/** What a durable model step waits for before it asks its model, and until when, in ms since the epoch. */
export type Wait = {
  at: number;
  reason: WaitsFor;
  /** Tokens that the step has reserved of its rate limits, for when its time has come. */
  reserved?: number;
  /** How often it has asked its model in vain. */
  tries?: number;
};

type Waiting = { ctx: MutationCtx; memory: BoundMemory; args: StepArgs };

/**
 * Lets the run wait: its workflow sleeps and runs the same step again at that time, a little later each, so that many do
 * not wake at once. A wait that is repeated too often ends the run as failed. Gives the outcome of the step, also where
 * the run was ended meanwhile.
 */
export async function waitStep({ ctx, memory, args }: Waiting, wait: Wait): Promise<StepOutcome> {
  const { runId, workflowId, waited } = args;
  const { times = 0, tries } = waited ?? {};
  const heldOver = tries === undefined ? wait : { tries, ...wait };
  try {
    if (times >= WAITS_MAX)
      return endedWith((await memory.turns.end(ctx, { runId, outcome: tooOften(wait) })).state);
    const at = waitsUntil({ at: wait.at, times, now: Date.now(), random: Math.random() });
    const asked = { runId, until: at, waitsFor: wait.reason, workflowId };
    const { state } = await memory.turns.wait(ctx, asked);
    return isActive(state) ? { ...endedWith(state), waitUntil: { ...heldOver, at } } : endedWith(state);
  } catch (error) {
    if (!isMemoryError(error, "RUN_NOT_FOUND")) throw error;
    return { calls: [], ended: true, stop: false }; // it went with its thread
  }
}

const tooOften = ({ reason }: Wait): RunOutcome => ({
  kind: "failed",
  code: reason === "budget" ? "BUDGET_EXCEEDED" : "RATE_LIMITED",
  message: `The run has waited ${WAITS_MAX} times in a row, and its turn did not come.`,
});
