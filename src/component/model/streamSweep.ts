import { STREAM_RETENTION_MS } from "../../shared/limits.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { sweepBudget, type SweepBudget } from "./sweepBudget.js";

/** Ended streams that one page looks at. */
const STREAMS_PER_PAGE = 100;

/** Removes streams that ended a while ago, chunks first. Gives when the next one is due, or null. */
export async function sweepStreams(ctx: MutationCtx): Promise<number | null> {
  const budget = sweepBudget(ctx);
  const now = Date.now();
  let nextAt = Infinity;
  for (const kind of ["finished", "aborted"] as const) {
    const ended = await ctx.db
      .query("streams")
      .withIndex("by_state", (q) => q.eq("state.kind", kind))
      .take(STREAMS_PER_PAGE);
    for (const stream of ended) {
      const dueAt = dueAtOf(stream);
      if (dueAt > now) nextAt = Math.min(nextAt, dueAt);
      else if (!(await removeStream(ctx, stream, budget))) return now;
    }
    if (ended.length === STREAMS_PER_PAGE && nextAt === Infinity) nextAt = now;
  }
  // Together with what ends meanwhile: one timer, not one a stream.
  return nextAt === Infinity ? null : Math.max(nextAt, nextAt === now ? now : now + STREAM_RETENTION_MS);
}

const dueAtOf = ({ state }: Doc<"streams">): number =>
  state.kind === "streaming" ? Infinity : state.endedAt + STREAM_RETENTION_MS;

/** Removes a stream with its chunks; false when the page is full before the last. */
export async function removeStream(
  ctx: MutationCtx,
  stream: Doc<"streams">,
  budget: SweepBudget,
): Promise<boolean> {
  if (!(await removeChunks(ctx, stream._id, budget)) || !(await budget.take())) return false;
  await ctx.db.delete("streams", stream._id);
  return true;
}

async function removeChunks(
  ctx: MutationCtx,
  streamId: Id<"streams">,
  budget: SweepBudget,
): Promise<boolean> {
  const chunks = ctx.db.query("streamChunks").withIndex("by_stream", (q) => q.eq("streamId", streamId));
  for await (const chunk of chunks) {
    if (!(await budget.take())) return false;
    await ctx.db.delete("streamChunks", chunk._id);
  }
  return true;
}
