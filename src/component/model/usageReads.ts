import { paginator } from "convex-helpers/server/pagination";
import type { PageRequest } from "../../validators/page.js";
import type { UsageEvent } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { pageOf } from "./paging.js";
import { openRun } from "./runRows.js";
import { spanOf } from "./usageSums.js";
import { openTarget, type TargetArgs } from "./usageTargets.js";

/** The events that are meant: those of runs nested right below one, or of a target; of a time. */
type EventsRequest = TargetArgs & { parentRunId?: string; from?: number; to?: number } & PageRequest;

/**
 * Events, newest first. Whoever may read a thread may read what it cost. Only the system reads the whole ledger, or
 * that of a tenant or a user whom it names.
 */
export async function list(ctx: QueryCtx, args: EventsRequest) {
  const { page, cursor } = await pageOf((await eventsFor(ctx, args)).order("desc"), args);
  return { page: page.map(toUsageEvent), cursor };
}

/** The same events as lines of JSON, oldest first: what comes meanwhile is at the end. */
export async function exportLines(ctx: QueryCtx, args: EventsRequest) {
  const { page, cursor } = await pageOf((await eventsFor(ctx, args)).order("asc"), args);
  return { lines: page.map((row) => `${JSON.stringify(toUsageEvent(row))}\n`).join(""), cursor };
}

async function eventsFor(ctx: QueryCtx, args: EventsRequest) {
  const { from, to } = spanOf(args);
  const events = paginator(ctx.db, schema).query("usageEvents");
  if (args.parentRunId !== undefined) {
    const parent = await openRun(ctx, { caller: args.caller, runId: args.parentRunId, need: "read" });
    return events.withIndex("by_parent", (q) =>
      q.eq("parentRunId", parent._id).gte("_creationTime", from).lt("_creationTime", to),
    );
  }
  const target = await openTarget(ctx, args);
  switch (target.kind) {
    case "run":
      return events.withIndex("by_run", (q) =>
        q.eq("runId", target.runId).gte("_creationTime", from).lt("_creationTime", to),
      );
    case "thread":
      return events.withIndex("by_thread", (q) =>
        q.eq("threadId", target.threadId).gte("_creationTime", from).lt("_creationTime", to),
      );
    case "all":
      return events.withIndex("by_creation_time", (q) =>
        q.gte("_creationTime", from).lt("_creationTime", to),
      );
    case "tenant":
      return events.withIndex("by_tenant", (q) =>
        q.eq("tenantId", target.tenantId).gte("_creationTime", from).lt("_creationTime", to),
      );
    case "user":
      return events.withIndex("by_user", (q) =>
        q
          .eq("tenantId", target.tenantId)
          .eq("userId", target.userId)
          .gte("_creationTime", from)
          .lt("_creationTime", to),
      );
  }
}

function toUsageEvent(row: Doc<"usageEvents">): UsageEvent {
  const { _id, _creationTime, commitTs: _, key: __, ...event } = row;
  return { purpose: "answer", ...event, eventId: _id, at: _creationTime };
}
