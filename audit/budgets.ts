import { groupBy, type Mismatch } from "./mismatch.js";
import { isOver, type BudgetRow, type Held, type LedgerRows, type LedgerRun, type SlabRow } from "./rows.js";
import { wrongSpent } from "./spent.js";

/**
 * Budgets whose numbers are not those of their slabs and runs, slabs that nobody will return or take back, and runs
 * that hold something else than their slabs say.
 */
export function wrongBudgets(rows: LedgerRows, now: number): Mismatch[] {
  const { budgets, slabs, runs } = rows;
  const slabsOf = groupBy(slabs, ({ budgetId }) => budgetId);
  const places = {
    budgets: new Map(budgets.map((row) => [row._id, row])),
    runs: new Map(runs.map((row) => [row._id, row])),
  };
  return [
    ...budgets.flatMap((budget) => [
      ...unsound("budgets", budget._id, {
        limit: budget.limit,
        spent: budget.spent,
        reserved: budget.reserved,
      }),
      ...wrongReserved(budget, slabsOf.get(budget._id) ?? []),
    ]),
    ...slabs.flatMap((slab) => [
      ...unsound("slabs", slab._id, { amount: slab.amount }),
      ...orphaned(slab, places, now),
    ]),
    ...wrongHeld(rows),
    ...wrongSpent(rows),
  ];
}

const unsound = (table: "budgets" | "slabs", id: string, values: Record<string, number>): Mismatch[] =>
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

/** A slab is returned in the transaction that ends its run; of one that is gone it may be taken back once it has expired. */
function orphaned({ _id, runId, expiresAt }: SlabRow, { runs }: Places, now: number): Mismatch[] {
  const run = runs.get(runId);
  if (run === undefined ? expiresAt <= now : !isOver(run)) return [];
  const found = run?.state?.kind ?? null;
  return [{ table: "slabs", id: _id, what: "runId", expected: "that of a run under way", found }];
}

/** What a run holds stands in its slabs too, to the unit, and nothing else; of a budget that was removed it holds nothing. */
function wrongHeld({ budgets: rows, slabs, runs }: LedgerRows): Mismatch[] {
  const there = new Set(rows.map(({ _id }) => _id));
  const drawn = new Map(slabs.map(({ runId, budgetId, amount }) => [`${runId} ${budgetId}`, amount]));
  const holders = new Map(runs.map((run) => [run._id, new Set(run.budgets?.held.map(idOf))]));
  const unheld = slabs
    .filter(({ runId, budgetId }) => holders.get(runId)?.has(budgetId) === false)
    .map(({ _id, amount }): Mismatch => ({
      ...{ table: "slabs", id: _id, what: "amount that its run knows of" },
      ...{ expected: 0, found: amount },
    }));
  const wrong = runs.flatMap(({ _id, budgets }) =>
    (budgets?.held ?? []).flatMap((held): Mismatch[] => {
      const expected = drawn.get(`${_id} ${held.budgetId}`) ?? 0;
      if (held.drawn === expected || !there.has(held.budgetId)) return [];
      return [{ table: "runs", id: _id, what: `drawn of ${held.budgetId}`, expected, found: held.drawn }];
    }),
  );
  return [...unheld, ...wrong];
}

const idOf = ({ budgetId }: Held): string => budgetId;
