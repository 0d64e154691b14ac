import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { findBuild } from "./embeddingBuild.js";
import { sweepBudget } from "./sweepBudget.js";
import { deleteVector, SLOT_FIELDS } from "./vectorTables.js";

/** An entry read and patched, and its vector. */
const ROWS_PER_ENTRY = 3;

/** Removes a page of the vectors of a retired generation. Gives when to go on, or null when none is left. */
export async function sweepGeneration(ctx: MutationCtx, target: string): Promise<number | null> {
  const generationId = ctx.db.normalizeId("embeddingGenerations", target);
  const generation = generationId === null ? null : await ctx.db.get("embeddingGenerations", generationId);
  if (generation?.state.kind !== "retiring") return null;
  const budget = sweepBudget(ctx);
  const field = SLOT_FIELDS[generation.slot];
  for await (const entry of entriesWith(ctx, field)) {
    if (!(await budget.take(ROWS_PER_ENTRY))) return Date.now();
    const vectorId = entry[field];
    if (vectorId !== undefined) await deleteVector(ctx, vectorId);
    await ctx.db.patch("recallEntries", entry._id, { [field]: undefined });
  }
  const build = await findBuild(ctx, generation._id);
  if (build !== null) await ctx.db.delete("embeddingBuilds", build._id);
  await ctx.db.delete("embeddingGenerations", generation._id);
  return null;
}

/** Entries that have a vector in the slot: their ids are texts, which sort after nothing at all. */
function entriesWith(
  ctx: QueryCtx,
  field: (typeof SLOT_FIELDS)[number],
): AsyncIterable<Doc<"recallEntries">> {
  const entries = ctx.db.query("recallEntries");
  return field === "vectorId"
    ? entries.withIndex("by_vector", (q) => q.gt("vectorId", ""))
    : entries.withIndex("by_other_vector", (q) => q.gt("otherVectorId", ""));
}
