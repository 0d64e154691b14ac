import { bucketOf, isTextHash } from "../../shared/embeddedText.js";
import {
  EMBEDDING_LENDERS,
  PURGE_PER_WRITE,
  QUERY_VECTOR_RETENTION_MS,
  SWEEP_INTERVAL_MS,
  SWEEP_MAX_FILES,
} from "../../shared/limits.js";
import { memoryError } from "../../validators/errors.js";
import type { EmbeddedText } from "../../validators/recallEntry.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { armSweep } from "./sweeps.js";
import { readVector, SLOT_FIELDS } from "./vectorTables.js";

/**
 * The vector of a text by its hash: lent by an entry of the same text, or kept for a question. By `embedder`, or, where
 * none is named, by whoever embedded it last. Whose text it was is not told: the vector follows from the text alone.
 */
export async function findEmbedded(
  ctx: QueryCtx,
  textHash: string,
  embedder: string | undefined,
): Promise<EmbeddedText | null> {
  const fits = (known: EmbeddedText): boolean => embedder === undefined || known.embedder === embedder;
  const lenders = await ctx.db
    .query("recallEntries")
    .withIndex("by_hash", (q) => q.eq("textHash", textHash))
    .order("desc")
    .take(EMBEDDING_LENDERS);
  for (const vectorId of lenders.flatMap((entry) => SLOT_FIELDS.map((field) => entry[field]))) {
    const known = vectorId === undefined ? null : await readVector(ctx, vectorId);
    if (known !== null && fits(known)) return known;
  }
  const kept = await findKept(ctx, textHash);
  if (kept === null || kept.textHash !== textHash || kept.expiresAt <= Date.now() || !fits(kept)) return null;
  return { embedder: kept.embedder, vector: kept.vector };
}

const findKept = (ctx: QueryCtx, textHash: string): Promise<Doc<"queryVectors"> | null> =>
  ctx.db
    .query("queryVectors")
    .withIndex("by_bucket", (q) => q.eq("bucket", bucketOf(textHash)))
    .unique();

/** Keeps the vector of a question for a day, in the place of whatever fell into the same bucket before. */
export async function keepQuery(
  ctx: MutationCtx,
  { textHash, embedder, vector }: EmbeddedText & { textHash: string },
): Promise<void> {
  if (!isTextHash(textHash)) throw memoryError("INVALID_ARGUMENT", "`textHash` is no hash of a text.");
  const old = await findKept(ctx, textHash);
  const row = { textHash, embedder, vector, expiresAt: Date.now() + QUERY_VECTOR_RETENTION_MS };
  if (old === null) await ctx.db.insert("queryVectors", { bucket: bucketOf(textHash), ...row });
  else await ctx.db.patch("queryVectors", old._id, row);
  await purgeQueries(ctx, PURGE_PER_WRITE);
  await armSweep(ctx, "queries", { delayMs: QUERY_VECTOR_RETENTION_MS });
}

/** Removes a page of the questions whose day is over; says when the next is due. */
export async function sweepQueries(ctx: MutationCtx): Promise<number | null> {
  await purgeQueries(ctx, SWEEP_MAX_FILES);
  const oldest = await ctx.db.query("queryVectors").withIndex("by_expiry").first();
  if (oldest === null) return null;
  const now = Date.now();
  return oldest.expiresAt <= now ? now : Math.max(oldest.expiresAt, now + SWEEP_INTERVAL_MS);
}

async function purgeQueries(ctx: MutationCtx, limit: number): Promise<void> {
  const expired = await ctx.db
    .query("queryVectors")
    .withIndex("by_expiry", (q) => q.lte("expiresAt", Date.now()))
    .take(limit);
  for (const row of expired) await ctx.db.delete("queryVectors", row._id);
}
