import type { Position } from "../../shared/position.js";
import type { Summary } from "../../validators/summary.js";
import type { CompactionHead } from "../../validators/summaryWork.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

/** A row as the component returns it. */
export function toSummary(row: Doc<"summaries">): Summary {
  const { _id, _creationTime, scope: _scope, number: _number, ...kept } = row;
  return { ...kept, summaryId: _id, createdAt: _creationTime };
}

/** The newest summary of a thread. */
export async function findNewest(ctx: QueryCtx, head: Doc<"threadHeads">): Promise<Doc<"summaries"> | null> {
  return head.summaryId === undefined ? null : await ctx.db.get("summaries", head.summaryId);
}

/** What a compaction of the thread rests on. */
export const compactionHead = ({ summaryId, prunedTo, edits = 0 }: Doc<"threadHeads">): CompactionHead => ({
  ...(summaryId === undefined ? {} : { summaryId }),
  ...(prunedTo === undefined ? {} : { prunedTo }),
  edits,
});

/** The rows of a thread behind a place, in order; from its start without one. */
export async function* rowsBehind(
  ctx: QueryCtx,
  threadId: Id<"threads">,
  place: Position | null,
): AsyncGenerator<Doc<"messages">> {
  const rows = ctx.db.query("messages");
  if (place === null) {
    yield* rows.withIndex("by_place", (q) => q.eq("threadId", threadId));
    return;
  }
  const { turn, step } = place;
  yield* rows.withIndex("by_place", (q) => q.eq("threadId", threadId).eq("turn", turn).gt("step", step));
  yield* ctx.db.query("messages").withIndex("by_place", (q) => q.eq("threadId", threadId).gt("turn", turn));
}
