import { readDatabase } from "./database.js";
import type { Mismatch } from "./mismatch.js";
import { recount } from "./recount.js";
import { unfolded } from "./rollups.js";
import type { LedgerRows } from "./rows.js";

/** The last line of the command. */
export type AuditResult = { ok: boolean; events: number; mismatches: Mismatch[] };

/** What was counted, for people. */
export type Counted = {
  component: string;
  unpriced: number;
  unfolded: number;
  rows: Partial<Record<keyof LedgerRows, number>>;
};

/** Recounts every ledger of a database file. Throws a `DatabaseError` for a file that cannot be read. */
export async function auditDatabase(file: string): Promise<{ result: AuditResult; counted: Counted[] }> {
  const ledgers = await readDatabase(file);
  const mismatches = ledgers.flatMap(({ rows, writtenAt }) => recount(rows, Math.max(writtenAt, Date.now())));
  const events = ledgers.reduce((sum, { rows }) => sum + rows.usageEvents.length, 0);
  const counted = ledgers.map(({ component, rows }) => countOf(component, rows));
  return { result: { ok: mismatches.length === 0, events, mismatches }, counted };
}

function countOf(component: string, rows: LedgerRows): Counted {
  const { usageEvents, usageRollups, runs, prices, budgets, slabs } = rows;
  const lengths = { usageEvents, usageRollups, runs, prices, budgets, slabs };
  return {
    component,
    unpriced: usageEvents.filter(({ costMicros }) => costMicros === undefined).length,
    unfolded: unfolded(rows).length,
    rows: Object.fromEntries(Object.entries(lengths).map(([table, { length }]) => [table, length])),
  };
}
