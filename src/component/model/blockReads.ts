import type { ContextBlock } from "../../validators/contextGiven.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

/** A block as a context shows it. */
export const toContextBlock = (block: Doc<"blocks">): ContextBlock => ({
  blockId: block._id,
  label: block.label,
  ...(block.description === undefined ? {} : { description: block.description }),
  value: block.value,
  version: block.version,
  updatedAt: block.updatedAt,
});

/** A block as it was at a version; `erased` when it is gone, `changed` when that version is not kept any more. */
export async function blockAt(
  ctx: Pick<QueryCtx, "db">,
  blockId: string,
  version: number,
): Promise<ContextBlock | "erased" | "changed"> {
  const id = ctx.db.normalizeId("blocks", blockId);
  const block = id === null ? null : await ctx.db.get("blocks", id);
  if (block === null) return "erased";
  if (block.version === version) return toContextBlock(block);
  const kept = await ctx.db
    .query("blockVersions")
    .withIndex("by_block", (q) => q.eq("blockId", block._id).eq("version", version))
    .first();
  return kept === null ? "changed" : { ...toContextBlock(block), value: kept.value, version };
}
