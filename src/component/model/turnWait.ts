import type { Caller } from "../../validators/principal.js";
import type { RunState } from "../../validators/run.js";
import type { MutationCtx } from "../_generated/server.js";
import { findOwnRun, stateOf } from "./runRows.js";

/** Says that an action still waits for its run's turn, and tells where the run stands. */
export async function wait(
  ctx: MutationCtx,
  { caller, runId }: { caller: Caller; runId: string },
): Promise<{ state: RunState }> {
  const run = await findOwnRun(ctx, caller, runId);
  if (run.isWaiting === true) await ctx.db.patch("runs", run._id, { activeAt: Date.now() });
  return { state: stateOf(run) };
}
