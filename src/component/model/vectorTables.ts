import { VECTOR_DIMENSIONS } from "../../shared/limits.js";
import { dimensionsFor, makerOf, padVector, type VectorDimensions } from "../../shared/vectors.js";
import type { EmbeddedText } from "../../validators/recallEntry.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

/** The table of vectors with that many dimensions. */
export type VectorTable = `vectors_${VectorDimensions}`;

/** The fields of an entry that name its vectors, by the slot of their generation. */
export const SLOT_FIELDS = ["vectorId", "otherVectorId"] as const;

type NewVector = { ownerKey: string; threadKey?: string; vector: number[] };

/** The table for vectors of `length`, which may be shorter than its dimensions. */
export const tableFor = (length: number): VectorTable => `vectors_${dimensionsFor(length)}`;

/** Inserts a vector, padded, into the table of its length. */
export async function insertVector(ctx: MutationCtx, row: NewVector): Promise<Id<VectorTable>> {
  return await ctx.db.insert(tableFor(row.vector.length), { ...row, vector: padVector(row.vector) });
}

/** A stored vector without its padding, and who made it; null when it is gone. */
export async function readVector(ctx: QueryCtx, vectorId: string): Promise<EmbeddedText | null> {
  for (const dimensions of VECTOR_DIMENSIONS) {
    const table = `vectors_${dimensions}` as const;
    const id = ctx.db.normalizeId(table, vectorId);
    const row = id === null ? null : await ctx.db.get(table, id as never);
    if (row === null) continue;
    const { embedder, length } = makerOf(row.ownerKey);
    return { embedder, vector: row.vector.slice(0, length) };
  }
  return null;
}

/** The entry that a vector leads to, whichever generation it is of; null when it is gone. */
export async function entryOfVector(ctx: QueryCtx, vectorId: string): Promise<Doc<"recallEntries"> | null> {
  const entries = ctx.db.query("recallEntries");
  const ofFirst = await entries.withIndex("by_vector", (q) => q.eq("vectorId", vectorId)).first();
  if (ofFirst !== null) return ofFirst;
  return await ctx.db
    .query("recallEntries")
    .withIndex("by_other_vector", (q) => q.eq("otherVectorId", vectorId))
    .first();
}

/** Who made a vector in the first slot; null when there is none. Ids are in no order: of several makers it is one. */
export async function anyMaker(ctx: QueryCtx): Promise<{ embedder: string; length: number } | null> {
  const found = await ctx.db
    .query("recallEntries")
    .withIndex("by_vector", (q) => q.gt("vectorId", ""))
    .first();
  const known = found?.vectorId === undefined ? null : await readVector(ctx, found.vectorId);
  return known === null ? null : { embedder: known.embedder, length: known.vector.length };
}

/** Deletes the row of an entry's vector; one that is gone already is fine. Never reads the vector itself. */
export async function deleteVector(ctx: MutationCtx, vectorId: string): Promise<void> {
  for (const dimensions of VECTOR_DIMENSIONS) {
    const table = `vectors_${dimensions}` as const;
    const id = ctx.db.normalizeId(table, vectorId);
    if (id !== null) return await deleteIfThere(ctx, table, id);
  }
}

async function deleteIfThere<Table extends VectorTable>(
  ctx: MutationCtx,
  table: Table,
  id: Id<Table>,
): Promise<void> {
  try {
    await ctx.db.delete(table, id as never); // one table at a time, which the type of a loop over them cannot say
  } catch (error) {
    // Convex refuses to delete a row that is not there; the sweep of its thread may have been first.
    if ((await ctx.db.get(table, id as never)) !== null) throw error;
  }
}
