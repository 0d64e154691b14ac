import { logRun } from "../../shared/runLog.js";
import type { BudgetExceeded, BudgetMode } from "../../validators/budget.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellBudgetWarning } from "./hooks.js";

type Passing = Pick<Doc<"runs">, "_id" | "threadId" | "agentName" | "scope" | "hooks" | "logs">;

/**
 * Says that a run has passed a soft budget, in this transaction: a line of the log, and the app's hook. The caller sees
 * to it that this is once in a period of the budget.
 */
export async function warnOfBudget(ctx: MutationCtx, run: Passing, exceeded: BudgetExceeded): Promise<void> {
  logExceeded(ctx, run, { ...exceeded, mode: "soft" });
  await tellBudgetWarning(ctx, run, exceeded);
}

type Logged = Pick<Doc<"runs">, "agentName" | "logs"> & { _id?: Doc<"runs">["_id"] };

/** A line for a budget that was passed, or that refused a call; of a run that is refused there is no id. */
export function logExceeded(
  ctx: MutationCtx,
  { _id: runId, agentName, logs = "errors" }: Logged,
  { per, unit, period, mode, limit, spent, reserved }: BudgetExceeded & { mode: BudgetMode },
): void {
  const figures = { per, unit, period, mode, limit, spent, reserved };
  logRun(ctx, logs, {
    event: "budget.exceeded",
    ...(runId === undefined ? {} : { runId }),
    agentName,
    ...figures,
  });
}
