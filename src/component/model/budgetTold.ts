import { logRun } from "../../shared/runLog.js";
import type { BudgetExceeded } from "../../validators/budget.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";

/** Of a run, what says whom to tell. */
export type ToldRun = Pick<Doc<"runs">, "_id" | "threadId" | "agentName" | "hooks" | "logs">;

/**
 * Tells that a soft budget was passed, in the transaction that found it: once a period, for it is kept with the budget
 * that it was told.
 */
export function tellBudget(
  ctx: MutationCtx,
  { _id: runId, agentName, logs = "errors" }: ToldRun,
  { per, unit, period, limit, spent }: BudgetExceeded,
): Promise<void> {
  logRun(ctx, logs, {
    ...{ event: "budget.warned", runId, agentName, budget: `${per} ${unit} ${period}`, limit, spent },
  });
  return Promise.resolve();
}

/** As `tellBudget`, for all that were passed at once. */
export async function tellBudgets(
  ctx: MutationCtx,
  run: ToldRun,
  passed: readonly BudgetExceeded[],
): Promise<void> {
  for (const exceeded of passed) await tellBudget(ctx, run, exceeded);
}
