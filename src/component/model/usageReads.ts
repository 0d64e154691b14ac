import { paginator } from "convex-helpers/server/pagination";
import { PAGE_MAX_ITEMS } from "../../shared/limits.js";
import { isMemoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { RunTotals } from "../../validators/run.js";
import type { UsageEvent } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { pageOf, type PageRequest } from "./paging.js";
import { findRun, runNotFound } from "./runRows.js";
import { openThread } from "./threads.js";

type Filter = { caller: Caller; threadId?: string; runId?: string; parentRunId?: string };

/**
 * Events of a run, of the runs nested in one, of a thread, or of the caller, newest first. Whoever may read a thread may read what it cost. Only
 * the system reads the whole ledger.
 */
export async function list(ctx: QueryCtx, args: Filter & PageRequest) {
  const events = await eventsFor(ctx, args);
  const { page, cursor } = await pageOf(events, args);
  return { page: page.map(toUsageEvent), cursor };
}

/** The sum of one page of a thread's events; `cursor` leads on until it is null. */
export async function total(
  ctx: QueryCtx,
  args: { caller: Caller; threadId: string; cursor: string | null },
): Promise<RunTotals & { cursor: string | null }> {
  const events = await eventsFor(ctx, args);
  const { page, cursor } = await pageOf(events, { cursor: args.cursor, limit: PAGE_MAX_ITEMS });
  const sum = { calls: 0, inputTokens: 0, outputTokens: 0 };
  for (const event of page) {
    sum.calls += 1;
    sum.inputTokens += event.inputTokens;
    sum.outputTokens += event.outputTokens;
  }
  return { ...sum, cursor };
}

async function eventsFor(ctx: QueryCtx, { caller, threadId, runId, parentRunId }: Filter) {
  const events = paginator(ctx.db, schema).query("usageEvents");
  if (parentRunId !== undefined) {
    const parent = await findReadableRun(ctx, caller, parentRunId);
    return events.withIndex("by_parent", (q) => q.eq("parentRunId", parent._id)).order("desc");
  }
  if (runId !== undefined) {
    const run = await findReadableRun(ctx, caller, runId);
    return events.withIndex("by_run", (q) => q.eq("runId", run._id)).order("desc");
  }
  if (threadId !== undefined) {
    const head = await openThread(ctx, caller, threadId, "read");
    return events.withIndex("by_thread", (q) => q.eq("threadId", head.threadId)).order("desc");
  }
  if (caller === "system") return events.withIndex("by_creation_time").order("desc");
  return events
    .withIndex("by_user", (q) => q.eq("tenantId", caller.tenantId).eq("userId", caller.userId))
    .order("desc");
}

/** A run in a thread that the caller may not read looks like one that does not exist. */
async function findReadableRun(ctx: QueryCtx, caller: Caller, runId: string): Promise<Doc<"runs">> {
  const run = await findRun(ctx, runId);
  try {
    await openThread(ctx, caller, run.threadId, "read");
  } catch (error) {
    throw isMemoryError(error, "THREAD_NOT_FOUND") ? runNotFound(runId) : error;
  }
  return run;
}

function toUsageEvent(row: Doc<"usageEvents">): UsageEvent {
  const { _id, _creationTime, commitTs: _, ...event } = row;
  return { purpose: "answer", ...event, eventId: _id, at: _creationTime };
}
