import { amountIn, estimateIn, hasUnpriced } from "../../shared/budgetEstimate.js";
import type { BudgetExceeded } from "../../validators/budget.js";
import type { BudgetRule, CallEstimate, RunBudgets } from "../../validators/budgetRun.js";
import type { TokenPrices } from "../../validators/price.js";
import type { RunTotals } from "../../validators/run.js";

type Spending = { budgets: RunBudgets & { next: CallEstimate }; totals: RunTotals };

/** What each of a run's own limits says about its next call. They have no rows: the run's totals are what is spent. */
export type OwnLimits = {
  lacking: BudgetExceeded[];
  warned: BudgetExceeded[];
  /** What the run's row says from now on. */
  isWarned: boolean;
  isCostUnknown: boolean;
};

/** Looks at a run's own limits before its next call. */
export function ownLimits(spending: Spending, prices: TokenPrices | null): OwnLimits {
  const { isWarned = false } = spending.budgets;
  const own: OwnLimits = { lacking: [], warned: [], isWarned, isCostUnknown: false };
  for (const rule of spending.budgets.ask.rules)
    if (rule.per === "run") addLimit(own, rule, { spending, prices });
  if (own.warned.length > 0) own.isWarned = true;
  return own;
}

type Look = { spending: Spending; prices: TokenPrices | null };

function addLimit(own: OwnLimits, rule: BudgetRule, { spending, prices }: Look): void {
  const { totals, budgets } = spending;
  const need = estimateIn(rule.unit, budgets.next, prices);
  const spent = amountIn(rule.unit, totals);
  const isUnknown = need === null || (rule.unit === "cost" && hasUnpriced(totals));
  if (isUnknown && rule.mode === "hard") own.isCostUnknown = true;
  if (rule.limit - spent >= (need ?? 0)) return;
  if (rule.mode === "hard") own.lacking.push(told(rule, spent));
  else if (!own.isWarned) own.warned.push(told(rule, spent));
}

/** A run is one period: what it has spent comes back with no other. */
const told = ({ unit, limit }: BudgetRule, spent: number): BudgetExceeded => ({
  ...{ per: "run", unit, period: "lifetime", limit, spent, reserved: 0, resetsAt: null },
});
