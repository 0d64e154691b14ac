import { validate } from "convex-helpers/validators";
import { checkName } from "../../shared/checkedArguments.js";
import { BUDGET_MAX_RULES, SLAB_MAX_CALLS } from "../../shared/ledgerLimits.js";
import { vBudgetAsk, type BudgetAsk } from "../../validators/budgetRun.js";
import { memoryError } from "../../validators/errors.js";

const invalid = (message: string, field: string) => memoryError("INVALID_ARGUMENT", message, { field });

/** Refuses what no budget can be drawn by; `undefined` passes. */
export function checkAsk(ask: BudgetAsk | undefined): void {
  if (ask === undefined) return;
  if (!validate(vBudgetAsk, ask))
    throw invalid("`budgets` is none: check its fields against `vBudgetAsk`.", "budgets");
  checkName("budgets.provider", ask.provider);
  checkName("budgets.model", ask.model);
  for (const field of ["inputTokens", "outputTokens"] as const) checkAmount(`budgets.${field}`, ask[field]);
  const { slabCalls = 1, rules } = ask;
  if (!Number.isInteger(slabCalls) || slabCalls < 1 || slabCalls > SLAB_MAX_CALLS)
    throw invalid(`\`slabCalls\` must be an integer from 1 to ${SLAB_MAX_CALLS}.`, "budgets.slabCalls");
  if (rules.length > BUDGET_MAX_RULES)
    throw invalid(`An agent has ${BUDGET_MAX_RULES} budgets at most.`, "budgets.rules");
  const names = rules.map(({ per, unit, period }) => `${per} ${unit} ${per === "run" ? "" : period}`);
  if (new Set(names).size < names.length)
    throw invalid("Two budgets of one agent limit the same: keep one of them.", "budgets.rules");
  for (const { limit } of rules) checkAmount("limit", limit);
}

/** Amounts are added up exactly: integers from 0. */
export function checkAmount(field: string, amount: number): void {
  if (Number.isSafeInteger(amount) && amount >= 0) return;
  throw memoryError("INVALID_ARGUMENT", `\`${field}\` must be an integer from 0.`, {
    field,
    value: String(amount),
  });
}
