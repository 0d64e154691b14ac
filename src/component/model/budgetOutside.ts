import { amountIn } from "../../shared/budgetEstimate.js";
import { renewed } from "../../shared/budgetState.js";
import { tenantScope, userScope } from "../../shared/scope.js";
import type { RunTotals } from "../../validators/run.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { saveState } from "./budgetDraw.js";
import { budgetsOf, stateIn, subjectsOf } from "./budgetRows.js";
import { settleUsed } from "./budgetSettle.js";

type Place = {
  userId: string;
  tenantId?: string;
  agentName?: string;
  threadId?: Id<"threads">;
  runId?: Id<"runs">;
  /**
   * Of an agent, whose rules count it too: of a run that went with its thread while it was called (nobody spends by
   * removing threads), or made again outside of any run.
   */
  isOfAgent?: boolean;
};

/**
 * Counts a call that no step of a run has recorded: in a run's budgets where it names one that has some, else in those
 * that the app has set for who pays. It has happened, so nothing is refused. For callers off a turn's path: it reads
 * a range for each subject.
 */
export async function chargeOutside(ctx: MutationCtx, place: Place, used: RunTotals): Promise<void> {
  if (place.runId !== undefined) return await chargeRun(ctx, place.runId, used);
  const { agentName, threadId, isOfAgent = false } = place;
  const now = Date.now();
  const isNobody = place.userId === ""; // what belongs to a tenant and no user
  const scope = isNobody ? tenantScope(place) : userScope(place);
  for (const { subject } of subjectsOf({ scope, agentName, threadId }).filter(
    ({ per }) => !isNobody || per !== "user",
  ))
    for (const row of await budgetsOf(ctx, subject)) {
      if (row.isByRule === true && !isOfAgent) continue;
      const state = renewed(stateIn(row), now);
      const after = { ...state, spent: state.spent + amountIn(row.unit, used) };
      await saveState(ctx, row, after); // the next draw tells what was passed
    }
}

async function chargeRun(ctx: MutationCtx, runId: Id<"runs">, used: RunTotals): Promise<void> {
  const run = await ctx.db.get("runs", runId);
  if (run?.budgets !== undefined) await ctx.db.patch("runs", runId, await settleUsed(ctx, run, used));
}
