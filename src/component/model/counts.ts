import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

/** What is counted for a scope, so that counting reads one row. */
export type ScopeCounts = Pick<Doc<"scopeCounts">, "threads" | "documents" | "chunks">;

const NOTHING: ScopeCounts = { threads: 0, documents: 0, chunks: 0 };

/** What a scope holds: 1 range, 1 document. */
export async function readCounts(ctx: QueryCtx, scope: string): Promise<ScopeCounts> {
  const row = await findCounts(ctx, scope);
  return row === null ? NOTHING : { threads: row.threads, documents: row.documents, chunks: row.chunks };
}

/**
 * Adds what the same mutation wrote, or takes off what it removed; a count never falls below zero. `isFirst`: nothing was
 * counted for the scope before.
 */
export async function addCounts(
  ctx: MutationCtx,
  scope: string,
  change: Partial<ScopeCounts>,
): Promise<{ isFirst: boolean }> {
  const row = await findCounts(ctx, scope);
  const before = row ?? NOTHING;
  const counts: ScopeCounts = {
    threads: Math.max(0, before.threads + (change.threads ?? 0)),
    documents: Math.max(0, before.documents + (change.documents ?? 0)),
    chunks: Math.max(0, before.chunks + (change.chunks ?? 0)),
  };
  if (row === null) await ctx.db.insert("scopeCounts", { scope, ...counts });
  else await ctx.db.patch("scopeCounts", row._id, counts);
  return { isFirst: row === null };
}

/** The row that counts what a scope holds, or null. */
export const findCounts = (ctx: QueryCtx, scope: string): Promise<Doc<"scopeCounts"> | null> =>
  ctx.db
    .query("scopeCounts")
    .withIndex("by_scope", (q) => q.eq("scope", scope))
    .unique();
