import { logRun } from "../../shared/runLog.js";
import type { BudgetExceeded, BudgetMode } from "../../validators/budget.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellBudgetWarning } from "./hooks.js";

type Passing = Pick<Doc<"runs">, "_id" | "threadId" | "agentName" | "scope" | "hooks" | "logs">;

/**
 * Says that a run has passed soft budgets, in this transaction: a line of the log each, and the app's hook. The caller
 * sees to it that this is once in a period of the budget.
 */
export async function tellPassed(
  ctx: MutationCtx,
  run: Passing,
  passed: readonly BudgetExceeded[],
): Promise<void> {
  for (const exceeded of passed) {
    logExceeded(ctx, run, { ...exceeded, mode: "soft" });
    await tellBudgetWarning(ctx, run, exceeded);
  }
}

type Logged = Pick<Doc<"runs">, "agentName" | "logs"> & { _id?: Doc<"runs">["_id"] };

/** A line for a budget that was passed, or that has no room; a run that is refused as it begins has no id. */
export function logExceeded(
  ctx: MutationCtx,
  { _id: runId, agentName, logs = "errors" }: Logged,
  { per, unit, period, mode, limit, spent, reserved }: BudgetExceeded & { mode: BudgetMode },
): void {
  logRun(ctx, logs, {
    event: "budget.exceeded",
    ...(runId === undefined ? {} : { runId }),
    ...{ agentName, per, unit, period, mode, limit, spent, reserved },
  });
}
