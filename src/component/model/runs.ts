import { stream } from "convex-helpers/server/stream";
import { isMemoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Run, ToolCall } from "../../validators/run.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { pageOf, type PageRequest } from "./paging.js";
import { findRun, runNotFound, toRun } from "./runRows.js";
import { openThread } from "./threads.js";
import { toToolCall } from "./toolCalls.js";
import { endAndTell, type Ended } from "./turnEnd.js";

type RunArgs = { caller: Caller; runId: string };

/** A run, for whoever may read its thread. */
export async function get(ctx: QueryCtx, { caller, runId }: RunArgs): Promise<Run> {
  return toRun(await openRun(ctx, { caller, runId, need: "read" }));
}

/** Whoever may open the thread may see its runs; a run of a foreign thread looks like one that is not there. */
async function openRun(ctx: QueryCtx, { caller, runId, need }: RunArgs & { need: "read" | "write" }) {
  const run = await findRun(ctx, runId);
  await openThread(ctx, caller, run.threadId, need).catch((error: unknown) => {
    throw isMemoryError(error, "THREAD_NOT_FOUND") ? runNotFound(runId) : error;
  });
  return run;
}

/** The active run, else the last. */
export async function latest(
  ctx: QueryCtx,
  { caller, threadId }: { caller: Caller; threadId: string },
): Promise<Run | null> {
  const head = await openThread(ctx, caller, threadId, "read");
  const active = head.activeRunId === undefined ? null : await ctx.db.get("runs", head.activeRunId);
  if (active !== null) return toRun(active);
  const last = await ctx.db
    .query("runs")
    .withIndex("by_thread", (q) => q.eq("threadId", head.threadId))
    .order("desc")
    .first();
  return last === null ? null : toRun(last);
}

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
export async function cancel(ctx: MutationCtx, args: RunArgs & { reason?: string }): Promise<Ended> {
  const run = await openRun(ctx, { ...args, need: "write" });
  const reason = args.reason === undefined ? {} : { reason: args.reason };
  return await endAndTell(ctx, run, { outcome: { kind: "canceled", ...reason } });
}
