import { comparePositions, type Position } from "../../shared/position.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { findNewest } from "./summaryRows.js";

/**
 * What the head must say after a message at `place` was changed or removed. Summaries that cover it may hold words
 * that are gone: they and all that were made from them are deleted in this mutation, and the thread falls back to the
 * newest one before them. A compaction under way notices by the count of edits. At most `SUMMARIES_PER_THREAD` reads.
 */
export async function noteEdit(
  ctx: MutationCtx,
  head: Doc<"threadHeads">,
  place: Position,
): Promise<Pick<Doc<"threadHeads">, "edits" | "summaryId">> {
  let row = await findNewest(ctx, head);
  while (row !== null && comparePositions(row.to, place) >= 0) {
    const { parentId } = row;
    await ctx.db.delete("summaries", row._id);
    row = parentId === undefined ? null : await ctx.db.get("summaries", parentId);
  }
  return { edits: (head.edits ?? 0) + 1, summaryId: row?._id };
}
