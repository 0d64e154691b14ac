import { stream } from "convex-helpers/server/stream";
import type { Caller } from "../../validators/principal.js";
import type { Run, RunState, ToolCall } from "../../validators/run.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { pageOf, type PageRequest } from "./paging.js";
import { openRun, toRun } from "./runRows.js";
import { withCalls } from "./runWaiting.js";
import { openThread } from "./threads.js";
import { toToolCall } from "./toolCalls.js";
import { endRun } from "./turnEnd.js";

type RunArgs = { caller: Caller; runId: string };

/** A run, for whoever may read its thread. */
export async function get(ctx: QueryCtx, { caller, runId }: RunArgs): Promise<Run> {
  return await withCalls(ctx, await openRun(ctx, { caller, runId, need: "read" }));
}

/** The active run, else the last. */
export async function latest(
  ctx: QueryCtx,
  { caller, threadId }: { caller: Caller; threadId: string },
): Promise<Run | null> {
  const head = await openThread(ctx, caller, threadId, "read");
  const active = head.activeRunId === undefined ? null : await ctx.db.get("runs", head.activeRunId);
  if (active !== null) return await withCalls(ctx, active);
  const last = await ctx.db
    .query("runs")
    .withIndex("by_thread", (q) => q.eq("threadId", head.threadId))
    .order("desc")
    .first();
  return last === null ? null : toRun(last);
}

/** What its last step waits for, and what is done about it. */
export { answer } from "./runAnswer.js";
export { decide } from "./runDecide.js";
export { expire } from "./runExpiry.js";
export { listWaiting } from "./runWaiting.js";

/** The runs of a thread, newest first. */
export async function list(ctx: QueryCtx, args: PageRequest & { caller: Caller; threadId: string }) {
  const head = await openThread(ctx, args.caller, args.threadId, "read");
  const rows = stream(ctx.db, schema)
    .query("runs")
    .withIndex("by_thread", (q) => q.eq("threadId", head.threadId))
    .order("desc");
  const { page, cursor } = await pageOf(rows, args);
  return { page: page.map(toRun), cursor };
}

/** The calls of a run in the order of their places. */
export async function listToolCalls(
  ctx: QueryCtx,
  args: PageRequest & RunArgs,
): Promise<{ page: ToolCall[]; cursor: string | null }> {
  const run = await openRun(ctx, { ...args, need: "read" });
  const rows = stream(ctx.db, schema)
    .query("toolCalls")
    .withIndex("by_run", (q) => q.eq("runId", run._id));
  const { page, cursor } = await pageOf(rows, args);
  return { page: page.map(toToolCall(run)), cursor };
}

/** Anyone who may write in the thread may stop its run; an ended run stays as it ended. */
export async function cancel(
  ctx: MutationCtx,
  args: RunArgs & { reason?: string },
): Promise<{ state: RunState }> {
  const run = await openRun(ctx, { ...args, need: "write" });
  const reason = args.reason === undefined ? {} : { reason: args.reason };
  return { state: await endRun(ctx, run, { outcome: { kind: "canceled", ...reason } }) };
}
