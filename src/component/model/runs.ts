import { paginator } from "convex-helpers/server/pagination";
import { PAGE_DEFAULT_ITEMS, PAGE_MAX_ITEMS } from "../../shared/limits.js";
import type { Caller } from "../../validators/principal.js";
import type { Run, RunState, ToolCall } from "../../validators/run.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { findRun, toRun } from "./runRows.js";
import { openThread } from "./threads.js";
import { toToolCall } from "./toolCalls.js";
import { endRun } from "./turnEnd.js";

type RunArgs = { caller: Caller; runId: string };
type PageArgs = { cursor: string | null; limit?: number };

export async function get(ctx: QueryCtx, { caller, runId }: RunArgs): Promise<Run> {
  return toRun(await openRun(ctx, { caller, runId, need: "read" }));
}

/** Whoever may read the thread may read its runs; a missing thread looks like a missing run. */
async function openRun(ctx: QueryCtx, { caller, runId, need }: RunArgs & { need: "read" | "write" }) {
  const run = await findRun(ctx, runId);
  await openThread(ctx, caller, run.threadId, need);
  return run;
}

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

export async function list(ctx: QueryCtx, args: PageArgs & { caller: Caller; threadId: string }) {
  const head = await openThread(ctx, args.caller, args.threadId, "read");
  const result = await paginator(ctx.db, schema)
    .query("runs")
    .withIndex("by_thread", (q) => q.eq("threadId", head.threadId))
    .order("desc")
    .paginate(pageOptions(args));
  return { page: result.page.map(toRun), cursor: result.isDone ? null : result.continueCursor };
}

export async function listToolCalls(
  ctx: QueryCtx,
  args: PageArgs & RunArgs,
): Promise<{ page: ToolCall[]; cursor: string | null }> {
  const run = await openRun(ctx, { ...args, need: "read" });
  const result = await paginator(ctx.db, schema)
    .query("toolCalls")
    .withIndex("by_run", (q) => q.eq("runId", run._id))
    .paginate(pageOptions(args));
  return { page: result.page.map(toToolCall), cursor: result.isDone ? null : result.continueCursor };
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
