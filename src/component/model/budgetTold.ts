import { logRun } from "../../shared/runLog.js";
import type { BudgetExceeded } from "../../validators/budget.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellBudgetWarning } from "./hooks.js";

/** Of a run, what says whom to tell. */
export type ToldRun = Pick<Doc<"runs">, "_id" | "threadId" | "agentName" | "scope" | "hooks" | "logs">;

/**
 * Tells that a soft budget has no room, in the transaction that found it: a line of the log, and the app's hook. Once a
 * period, for it is kept with the budget that it was told.
 */
export async function tellBudget(ctx: MutationCtx, run: ToldRun, exceeded: BudgetExceeded): Promise<void> {
  const { _id: runId, agentName, logs = "errors" } = run;
  const { per, unit, period, limit, spent } = exceeded;
  const budget = `${per} ${unit} ${period}`;
  logRun(ctx, logs, { event: "budget.exceeded", runId, agentName, budget, limit, spent });
  await tellBudgetWarning(ctx, run, exceeded);
}

/** As `tellBudget`, for all that were passed at once. */
export async function tellBudgets(
  ctx: MutationCtx,
  run: ToldRun,
  passed: readonly BudgetExceeded[],
): Promise<void> {
  for (const exceeded of passed) await tellBudget(ctx, run, exceeded);
}
