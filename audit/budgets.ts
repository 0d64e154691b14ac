import { groupBy, type Mismatch } from "./mismatch.js";
import { isOver, type BudgetRow, type LedgerRows, type LedgerRun, type SlabRow } from "./rows.js";

/** Budgets whose numbers are not those of their slabs, and slabs that nobody will return or take back. */
export function wrongBudgets({ budgets, slabs, runs }: LedgerRows, now: number): Mismatch[] {
  const slabsOf = groupBy(slabs, ({ budgetId }) => budgetId);
  const places = {
    budgets: new Map(budgets.map((row) => [row._id, row])),
    runs: new Map(runs.map((row) => [row._id, row])),
  };
  return [
    ...budgets.flatMap((budget) => [
      ...negative("budgets", budget._id, {
        limit: budget.limit,
        spent: budget.spent,
        reserved: budget.reserved,
      }),
      ...wrongReserved(budget, slabsOf.get(budget._id) ?? []),
    ]),
    ...slabs.flatMap((slab) => [
      ...negative("slabs", slab._id, { amount: slab.amount }),
      ...orphaned(slab, places, now),
    ]),
  ];
}

const negative = (table: "budgets" | "slabs", id: string, values: Record<string, number>): Mismatch[] =>
  Object.entries(values).flatMap(([what, found]) =>
    Number.isSafeInteger(found) && found >= 0
      ? []
      : [{ table, id, what, expected: "a whole number from 0", found: String(found) }],
  );

/** What was drawn in an earlier period is reserved in that one. */
function wrongReserved({ _id, reserved, startedAt }: BudgetRow, slabs: SlabRow[]): Mismatch[] {
  const expected = slabs
    .filter((slab) => slab.startedAt === startedAt)
    .reduce((sum, { amount }) => sum + amount, 0);
  return reserved === expected
    ? []
    : [{ table: "budgets", id: _id, what: "reserved", expected, found: reserved }];
}

type Places = { budgets: Map<string, BudgetRow>; runs: Map<string, LedgerRun> };

function orphaned(
  { _id, budgetId, runId, expiresAt }: SlabRow,
  { budgets, runs }: Places,
  now: number,
): Mismatch[] {
  const found = (what: string, expected: string, is: string | null): Mismatch => ({
    ...{ table: "slabs", id: _id, what },
    ...{ expected, found: is },
  });
  const run = runs.get(runId);
  const isHeld = run !== undefined && !isOver(run);
  return [
    ...(budgets.has(budgetId) ? [] : [found("budgetId", "that of a budget", budgetId)]),
    ...(isHeld || expiresAt <= now
      ? []
      : [found("runId", "that of a run under way", run?.state?.kind ?? null)]),
  ];
}
