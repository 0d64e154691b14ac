/** The figures of a budget that say how much room is in it. */
export type BudgetFigures = { limit: number; remaining: number; mode: "soft" | "hard" };

/**
 * How much of a budget is taken, from 0 to 1: what is spent, and what open runs hold. More than was allowed counts as
 * all of it, and so does a limit of nothing.
 */
export const shareUsed = ({ limit, remaining }: Pick<BudgetFigures, "limit" | "remaining">): number =>
  limit <= 0 ? 1 : Math.min(1, Math.max(0, 1 - remaining / limit));

/** The budget that will be met first: of which most is taken; of equals one that stops calls. */
export function tightestOf<Budget extends BudgetFigures>(budgets: readonly Budget[]): Budget | null {
  return budgets.reduce<Budget | null>(
    (tightest, budget) => (tightest === null || isTighter(budget, tightest) ? budget : tightest),
    null,
  );
}

function isTighter(budget: BudgetFigures, than: BudgetFigures): boolean {
  const difference = shareUsed(budget) - shareUsed(than);
  return difference === 0 ? budget.mode === "hard" && than.mode === "soft" : difference > 0;
}
