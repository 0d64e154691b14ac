import type { Caller } from "../../validators/principal.js";
import type { RunState, WaitsFor } from "../../validators/run.js";
import type { MutationCtx } from "../_generated/server.js";
import { findOwnRun, stateOf } from "./runRows.js";
import { waitForTime } from "./runTimeout.js";

export type WaitArgs = {
  caller: Caller;
  runId: string;
  /** Of a durable run under way: until when it waits, in ms since the epoch, and for what. */
  until?: number;
  waitsFor?: WaitsFor;
  /** The workflow that waits. */
  workflowId?: string;
};

/** Says that a run waits, and tells where it stands: an action for its run's turn, a durable run for a time. */
export async function wait(ctx: MutationCtx, args: WaitArgs): Promise<{ state: RunState }> {
  const { caller, runId, until, waitsFor = "rateLimit", workflowId } = args;
  const run = await findOwnRun(ctx, caller, runId);
  if (until !== undefined) await waitForTime(ctx, run, { until, waitsFor, workflowId });
  else if (run.isWaiting === true) await ctx.db.patch("runs", run._id, { activeAt: Date.now() });
  return { state: stateOf(run) };
}
