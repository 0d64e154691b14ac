import { RUN_LEASE_MS, STREAM_RETENTION_MS } from "../../shared/limits.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { LOST } from "./runLease.js";
import { isActive } from "../../shared/runState.js";
import { stateOf } from "./runRows.js";
import { endStream } from "./streams.js";
import { endRun } from "./turnEnd.js";

/** Open streams that one page looks at, and how many of them it ends: each folds what was said, and ends a run. */
const STREAMS_PER_PAGE = 100;
const ENDED_PER_PAGE = 16;

/**
 * Ends what actions left that died while they streamed: none lives as long as the lease. The run is failed, what it had
 * said stays as a failed message, and the thread is free. Not so a durable run: its workflow starts the step again.
 * Gives when to look again, or null when nothing streams.
 */
export async function sweepLostStreams(ctx: MutationCtx): Promise<number | null> {
  const now = Date.now();
  const lostBefore = now - RUN_LEASE_MS;
  const open = await ctx.db
    .query("streams")
    .withIndex("by_state", (q) => q.eq("state.kind", "streaming").lt("_creationTime", lostBefore))
    .take(STREAMS_PER_PAGE);
  let ended = 0;
  for (const stream of open) {
    if (ended === ENDED_PER_PAGE) return now;
    if (await endLost(ctx, stream)) ended++;
  }
  const next = await ctx.db
    .query("streams")
    .withIndex("by_state", (q) => q.eq("state.kind", "streaming").gte("_creationTime", lostBefore))
    .first();
  if (next === null) return null;
  // Together with those that are opened meanwhile: one timer, not one a stream. A row's time has fractions of a ms.
  return Math.max(Math.ceil(next._creationTime) + RUN_LEASE_MS, now + STREAM_RETENTION_MS);
}

/** True when the stream was nobody's any more. */
async function endLost(ctx: MutationCtx, stream: Doc<"streams">): Promise<boolean> {
  const run = stream.runId === undefined ? null : await ctx.db.get("runs", stream.runId);
  const isOpen = run !== null && isActive(stateOf(run));
  if (isOpen && run.engine === "durable") return false;
  if (isOpen && run.streamId === stream._id) await endRun(ctx, run, { outcome: LOST });
  else await endStream(ctx, stream, { code: LOST.code, reason: LOST.message });
  return true;
}
