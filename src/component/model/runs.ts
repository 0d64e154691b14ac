import { stream } from "convex-helpers/server/stream";
import { isActive, isScheduled } from "../../shared/runState.js";
import type { Page, PageRequest } from "../../validators/page.js";
import type { Caller } from "../../validators/principal.js";
import type { Run, RunState, ToolCall } from "../../validators/run.js";
import type { SteeringPlace } from "../../validators/steering.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { pageOf } from "./paging.js";
import { findOwnRun, openRun, runNotFound, stateOf, toRun } from "./runRows.js";
import { isSuperseded } from "./runSuperseded.js";
import { withCalls } from "./runWaiting.js";
import { steerRun } from "./steering.js";
import { findHead } from "./threadAccess.js";
import { openThread } from "./threads.js";
import { toToolCall } from "./toolCalls.js";
import { endAndTell } from "./turnEnd.js";

export { startDue } from "./runSchedule.js";
export { wakeDue } from "./runTimeout.js";
export { createNestedThread } from "./nestedRuns.js";

type RunArgs = { caller: Caller; runId: string };

/** A run, for whoever may read its thread. */
export async function get(ctx: QueryCtx, { caller, runId }: RunArgs): Promise<Run> {
  return await withCalls(ctx, await openRun(ctx, { caller, runId, need: "read" }));
}

/** For the code that drives the run, which asks while it waits: no more than the run's row is read. */
export async function isUnderWay(
  ctx: QueryCtx,
  { caller, runId, takeUps }: RunArgs & { takeUps?: number },
): Promise<boolean> {
  const run = await findOwnRun(ctx, caller, runId);
  return isActive(stateOf(run)) && !isSuperseded(run, takeUps);
}

/** The active run, else the last one that does not wait for its time. */
export async function latest(
  ctx: QueryCtx,
  { caller, threadId }: { caller: Caller; threadId: string },
): Promise<Run | null> {
  const head = await openThread(ctx, caller, threadId, "read");
  const active = head.activeRunId === undefined ? null : await ctx.db.get("runs", head.activeRunId);
  if (active !== null) return await withCalls(ctx, active);
  const newestFirst = ctx.db
    .query("runs")
    .withIndex("by_thread", (q) => q.eq("threadId", head.threadId))
    .order("desc");
  for await (const run of newestFirst) if (!isScheduled(stateOf(run))) return toRun(run);
  return null;
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
export async function listToolCalls(ctx: QueryCtx, args: PageRequest & RunArgs): Promise<Page<ToolCall>> {
  const run = await openRun(ctx, { ...args, need: "read" });
  const rows = stream(ctx.db, schema)
    .query("toolCalls")
    .withIndex("by_run", (q) => q.eq("runId", run._id));
  const { page, cursor } = await pageOf(rows, args);
  return { page: page.map(toToolCall(run)), cursor };
}

/** The runs of the agents that a run asked, newest first: whoever may read its thread may see them. */
export async function listNested(ctx: QueryCtx, args: PageRequest & RunArgs) {
  const run = await openRun(ctx, { ...args, need: "read" });
  const rows = stream(ctx.db, schema)
    .query("runs")
    .withIndex("by_parent", (q) => q.eq("parentRunId", run._id))
    .order("desc");
  const { page, cursor } = await pageOf(rows, args);
  return { page: page.map(toRun), cursor };
}

/** Anyone who may write in the thread may steer its run. */
export async function steer(
  ctx: MutationCtx,
  args: RunArgs & { prompt: unknown[]; operationId?: string },
): Promise<SteeringPlace> {
  const run = await openRun(ctx, { ...args, need: "write" });
  const head = await findHead(ctx, run.threadId);
  if (head === null) throw runNotFound(args.runId);
  return await steerRun(ctx, { ...args, run, head });
}

/** Anyone who may write in the thread may stop its run; an ended run stays as it ended. */
export async function cancel(
  ctx: MutationCtx,
  args: RunArgs & { reason?: string },
): Promise<{ state: RunState }> {
  const run = await openRun(ctx, { ...args, need: "write" });
  const reason = args.reason === undefined ? {} : { reason: args.reason };
  const { state } = await endAndTell(ctx, run, { outcome: { kind: "canceled", ...reason } });
  return { state };
}
