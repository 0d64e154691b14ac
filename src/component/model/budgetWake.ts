import { isActive } from "../../shared/runState.js";
import { BUDGET_WAKES_MAX_RUNS } from "../../shared/ledgerLimits.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { stateOf } from "./runRows.js";
import { schedule } from "./runSchedule.js";
import { setRunState } from "./runState.js";
import { armWake } from "./runTimeout.js";
import { cancelJob } from "./runWaits.js";

/**
 * A budget has more room than before, or is to go: runs that wait for it look again at once. Those beyond a page wake
 * when it begins anew, as they would have.
 */
export async function wakeWaiting(ctx: MutationCtx, budgetId: Id<"budgets">): Promise<void> {
  const slabs = await ctx.db
    .query("slabs")
    .withIndex("by_budget", (q) => q.eq("budgetId", budgetId))
    .order("desc") // they expire when the budget begins anew
    .take(BUDGET_WAKES_MAX_RUNS);
  for (const { runId, amount } of slabs) {
    const run = amount > 0 ? null : await ctx.db.get("runs", runId);
    if (run !== null) await wake(ctx, run);
  }
}

async function wake(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  const { _id: runId, waitsFor, startJobId } = run;
  if (waitsFor !== "budget" || startJobId === undefined || !isActive(stateOf(run))) return;
  await cancelJob(ctx, startJobId);
  const waitsUntil = Date.now();
  if (stateOf(run).kind === "running") {
    await ctx.db.patch("runs", runId, { waitsUntil, startJobId: await armWake(ctx, runId, waitsUntil) });
    return;
  }
  await setRunState(ctx, run, { state: { kind: "queued", startAt: waitsUntil }, waitsUntil });
  await schedule(ctx, runId, waitsUntil);
}
