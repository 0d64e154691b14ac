import { tagsOf } from "../../shared/documentTags.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";

type Tagged = { documentId: Id<"documents">; scope: string; key: string };

/** Makes a document found by what its metadata says now; `before` is what it said until now. */
export async function replaceTags(
  ctx: MutationCtx,
  document: Tagged,
  { before, after }: { before: string | undefined; after: string | undefined },
): Promise<void> {
  if (before === after) return;
  const missing = new Set(tagsOf(after));
  const stored = tagsOf(before).length === 0 ? [] : await readTags(ctx, document.documentId);
  for (const row of stored) {
    if (!missing.delete(row.tag)) await ctx.db.delete("documentTags", row._id);
  }
  for (const tag of missing) await ctx.db.insert("documentTags", { ...document, tag });
}

/** Takes a document out of every filter. */
export async function removeTags(ctx: MutationCtx, { _id, metadata }: Doc<"documents">): Promise<void> {
  if (tagsOf(metadata).length === 0) return;
  for (const { _id: tagId } of await readTags(ctx, _id)) await ctx.db.delete("documentTags", tagId);
}

async function readTags(ctx: MutationCtx, documentId: Id<"documents">): Promise<Doc<"documentTags">[]> {
  const rows: Doc<"documentTags">[] = [];
  const stored = ctx.db.query("documentTags").withIndex("by_document", (q) => q.eq("documentId", documentId));
  for await (const row of stored) rows.push(row);
  return rows;
}
