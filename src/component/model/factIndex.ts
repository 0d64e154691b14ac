import { searchText } from "../../shared/searchText.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";

/** A fact to be found by its words, and by its vector once it is made. */
export type FactEntry = {
  factId: Id<"facts">;
  scope: string;
  threadId?: Id<"threads">;
  text: string;
  at: number;
  importance?: number;
};

/** Makes a fact findable. Reads nothing. */
export async function indexFact(ctx: MutationCtx, entry: FactEntry): Promise<void> {
  const { factId, text, ...kept } = entry;
  await ctx.db.insert("recallEntries", {
    ...kept,
    kind: "fact",
    sourceId: factId,
    searchText: searchText(text),
    pending: true,
  });
}

/** Changes what recall prefers, and keeps the vector. Nothing happens when the fact is not indexed. */
export async function weighFact(
  ctx: MutationCtx,
  factId: Id<"facts">,
  importance: number | undefined,
): Promise<void> {
  const entries = ctx.db.query("recallEntries").withIndex("by_source", (q) => q.eq("sourceId", factId));
  for await (const entry of entries) await ctx.db.patch("recallEntries", entry._id, { importance });
}
