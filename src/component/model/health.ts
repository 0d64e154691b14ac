import { getDocumentSize } from "convex/values";
import { FACT_STALE_MS, HEALTH_MAX_ROWS, PAGE_MAX_BYTES } from "../../shared/limits.js";
import { estimateTokens } from "../../shared/tokens.js";
import { memoryError } from "../../validators/errors.js";
import type { FactCounts } from "../../validators/fact.js";
import type { BoundedCount, Health } from "../../validators/health.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { blocksIn } from "./blockRows.js";
import { readFactCounts } from "./factCounts.js";
import { isExpired } from "./factRows.js";
import { openScope, type OpenScope, type ScopeArgs } from "./scopeAccess.js";

type HealthArgs = ScopeArgs & { staleAfterMs?: number };

/**
 * How well a scope's memory is kept. States and duplicates are counted by the writes; what turns would have to count
 * is counted here, up to `HEALTH_MAX_ROWS` rows each, so that turns of one user never meet on a counter.
 */
export async function get(ctx: QueryCtx, args: HealthArgs): Promise<Health> {
  const { staleAfterMs = FACT_STALE_MS } = args;
  if (!(staleAfterMs > 0))
    throw memoryError("INVALID_ARGUMENT", "`staleAfterMs` must be a number above 0.", {
      field: "staleAfterMs",
    });
  const place = await openScope(ctx, args, "read");
  const facts = await readFactCounts(ctx, place.scope);
  const before = Date.now() - staleAfterMs;
  return {
    facts,
    duplicateShare: share(facts.duplicates, facts.appends),
    supersededShare: share(facts.superseded, believed(facts)),
    pendingEmbeddings: await countRows(pendingIn(ctx, place), () => true),
    neverRecalled: await countRows(neverRecalled(ctx, place.scope), (fact) => !isExpired(fact)),
    stale: await countStale(ctx, place.scope, before),
    expired: await countRows(expiring(ctx, place.scope), () => true),
    overLimitBlocks: await overLimitBlocks(ctx, place.scope),
  };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Facts that are or were believed. */
const believed = ({ active, superseded, retracted }: FactCounts): number => active + superseded + retracted;

/** Counts what `counts` of the first rows, and says whether there may be more. */
async function countRows<Row extends Doc<"facts" | "recallEntries">>(
  rows: AsyncIterable<Row>,
  counts: (row: Row) => boolean,
): Promise<BoundedCount> {
  let count = 0;
  let looked = 0;
  let bytes = 0;
  for await (const row of rows) {
    if (looked === HEALTH_MAX_ROWS || bytes > PAGE_MAX_BYTES) return { count, isAtLeast: true };
    looked += 1;
    bytes += getDocumentSize(row);
    if (counts(row)) count += 1;
  }
  return { count, isAtLeast: false };
}

const pendingIn = (ctx: QueryCtx, { scope, threadId }: OpenScope) =>
  threadId === undefined
    ? ctx.db
        .query("recallEntries")
        .withIndex("by_scope_pending", (q) => q.eq("scope", scope).eq("pending", true))
    : ctx.db
        .query("recallEntries")
        .withIndex("by_thread_pending", (q) => q.eq("threadId", threadId).eq("pending", true));

const neverRecalled = (ctx: QueryCtx, scope: string) =>
  ctx.db
    .query("facts")
    .withIndex("by_scope_recalled", (q) =>
      q.eq("scope", scope).eq("state.kind", "active").eq("recalledAt", undefined),
    );

const lastRecalled = (ctx: QueryCtx, scope: string, before: number) =>
  ctx.db
    .query("facts")
    .withIndex("by_scope_recalled", (q) =>
      q.eq("scope", scope).eq("state.kind", "active").gte("recalledAt", 0).lt("recalledAt", before),
    );

const expiring = (ctx: QueryCtx, scope: string) =>
  ctx.db
    .query("facts")
    .withIndex("by_scope_expiry", (q) =>
      q.eq("scope", scope).gte("expiresAt", 0).lte("expiresAt", Date.now()),
    );

/** Facts that were last shown before a time, or never and were written before it. Oldest first, so the bound is exact. */
async function countStale(ctx: QueryCtx, scope: string, before: number): Promise<BoundedCount> {
  const isKept = (fact: Doc<"facts">) => fact.pinned !== true && !isExpired(fact);
  const never = await countRows(writtenBefore(neverRecalled(ctx, scope), before), isKept);
  const last = await countRows(lastRecalled(ctx, scope, before), isKept);
  return { count: never.count + last.count, isAtLeast: never.isAtLeast || last.isAtLeast };
}

/** Rows of an index that goes on by creation, up to a time. */
async function* writtenBefore(
  rows: AsyncIterable<Doc<"facts">>,
  before: number,
): AsyncGenerator<Doc<"facts">> {
  for await (const row of rows) {
    if (row._creationTime >= before) return;
    yield row;
  }
}

async function overLimitBlocks(ctx: QueryCtx, scope: string): Promise<Health["overLimitBlocks"]> {
  const blocks = await blocksIn(ctx, scope);
  return blocks.flatMap(({ label, value, maxTokens }) => {
    const tokens = estimateTokens(value);
    return tokens > maxTokens ? [{ label, tokens, maxTokens }] : [];
  });
}
