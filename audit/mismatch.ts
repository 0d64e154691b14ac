import type { LedgerTable } from "./rows.js";

/** A row that says something else than a recount does. */
export type Mismatch = {
  table: LedgerTable;
  /** The row's; of a row that is not there, what it would be of. */
  id: string;
  /** Which of its fields, or what about it. */
  what: string;
  expected: string | number | null;
  found: string | number | null;
};

/** In one line. */
export const mismatchText = ({ table, id, what, expected, found }: Mismatch): string =>
  `${table} ${id}: ${what} should be ${expected ?? "absent"} and is ${found ?? "absent"}`;

type Values = Record<string, number | undefined>;

/** One for each field that differs. */
export const differences = (
  place: Pick<Mismatch, "table" | "id">,
  { expected, found }: { expected: Values; found: Values },
): Mismatch[] =>
  [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((what) => expected[what] !== found[what])
    .map((what) => ({ ...place, what, expected: expected[what] ?? null, found: found[what] ?? null }));

export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
