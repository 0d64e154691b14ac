import { periodStart } from "../../shared/budgetPeriods.js";
import type { BudgetState } from "../../shared/budgetState.js";
import type { BudgetRule } from "../../validators/budgetRun.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { budgetsOf, stateIn, subjectsOf, type Spender, type Subject } from "./budgetRows.js";

/** A budget that limits a run, as that run is limited by it: an agent's rule says its limit anew. */
export type Limit = { row: Doc<"budgets">; state: BudgetState };

/**
 * The budgets that limit a run: those that the app has set, and for each of the agent's rules where the app has set
 * none the rule's own, which is made here when it is not there. Four ranges.
 */
export async function limitsOf(
  ctx: MutationCtx,
  spender: Spender,
  rules: readonly BudgetRule[],
): Promise<Limit[]> {
  const limits: Limit[] = [];
  for (const { per, subject } of subjectsOf(spender)) {
    const rows = await budgetsOf(ctx, subject);
    for (const row of rows) if (row.isByRule !== true) limits.push({ row, state: stateIn(row) });
    for (const rule of rules) {
      if (rule.per !== per) continue;
      const there = rows.find(({ unit, period }) => unit === rule.unit && period === rule.period);
      if (there !== undefined && there.isByRule !== true) continue;
      const row = there ?? (await insertByRule(ctx, { per, subject }, rule));
      if (row !== null) limits.push({ row, state: { ...stateIn(row), limit: rule.limit, mode: rule.mode } });
    }
  }
  return limits;
}

async function insertByRule(
  ctx: MutationCtx,
  party: Subject,
  rule: BudgetRule,
): Promise<Doc<"budgets"> | null> {
  const budgetId: Id<"budgets"> = await ctx.db.insert("budgets", {
    ...{ ...rule, ...party, isByRule: true, spent: 0, reserved: 0 },
    startedAt: periodStart(rule.period, Date.now()),
  });
  return await ctx.db.get("budgets", budgetId);
}
