import type { FactCounts } from "../../validators/fact.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { findCounts } from "./counts.js";

/** What a mutation changes in the counts of facts, scope by scope: written once, at its end. */
export type FactTally = Map<string, Partial<FactCounts>>;

const NOTHING: FactCounts = {
  candidate: 0,
  active: 0,
  declined: 0,
  superseded: 0,
  retracted: 0,
  forgotten: 0,
  appends: 0,
  duplicates: 0,
};

/** How many facts a scope holds, by state: 1 range, 1 document. */
export async function readFactCounts(ctx: QueryCtx, scope: string): Promise<FactCounts> {
  return (await findCounts(ctx, scope))?.facts ?? NOTHING;
}

/** Notes one more, or with -1 one less. */
export function tally(counts: FactTally, scope: string, change: Partial<FactCounts>): void {
  const before = counts.get(scope) ?? {};
  counts.set(scope, added(before, change));
}

/** Writes what was noted; a count never falls below zero. */
export async function writeTally(ctx: MutationCtx, counts: FactTally): Promise<void> {
  for (const [scope, change] of counts) {
    if (Object.values(change).every((by) => by === 0)) continue;
    const row = await findCounts(ctx, scope);
    const facts = { ...NOTHING, ...added(row?.facts ?? NOTHING, change) };
    if (row === null)
      await ctx.db.insert("scopeCounts", { scope, threads: 0, documents: 0, chunks: 0, facts });
    else await ctx.db.patch("scopeCounts", row._id, { facts: notBelowZero(facts) });
  }
}

function added(before: Partial<FactCounts>, change: Partial<FactCounts>): Partial<FactCounts> {
  const sum = { ...before };
  for (const [field, by] of Object.entries(change) as [keyof FactCounts, number][])
    sum[field] = (sum[field] ?? 0) + by;
  return sum;
}

const notBelowZero = (counts: FactCounts): FactCounts => {
  const checked = { ...counts };
  for (const field of Object.keys(checked) as (keyof FactCounts)[])
    checked[field] = Math.max(0, checked[field]);
  return checked;
};
