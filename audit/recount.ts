// Recounts a ledger from its rows, with sums of its own: nothing here is the component's code.
import { wrongBudgets } from "./budgets.js";
import { wrongCosts } from "./costs.js";
import type { Mismatch } from "./mismatch.js";
import { wrongRollups } from "./rollups.js";
import type { LedgerRows } from "./rows.js";
import { wrongTotals } from "./totals.js";

/** Every row that says something else than its events; `now`: slabs that expired before it may be taken back, in ms. */
export const recount = (rows: LedgerRows, now: number): Mismatch[] => [
  ...wrongCosts(rows),
  ...wrongRollups(rows),
  ...wrongTotals(rows),
  ...wrongBudgets(rows, now),
];
