import { checkName } from "../../shared/checkedArguments.js";
import { threadScope } from "../../shared/scope.js";
import { EVERYBODY, tenantSubject, userSubject } from "../../shared/usageSubjects.js";
import type { Span } from "../../shared/usageTimes.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { openRun } from "./runRows.js";
import { openThread } from "./threads.js";

/** Whose usage is meant. */
export type UsageTarget =
  | { kind: "all" }
  | { kind: "tenant"; tenantId: string }
  | { kind: "user"; tenantId: string | undefined; userId: string }
  | { kind: "thread"; threadId: Id<"threads"> }
  | { kind: "run"; runId: Id<"runs"> };

export type TargetArgs = {
  caller: Caller;
  threadId?: string;
  runId?: string;
  tenantId?: string;
  userId?: string;
};

/**
 * Whose usage the caller means, if it may: a thread or a run that it may read, or its own. Only the system, which is the
 * app's own code, names tenants and users, and sees all. Throws `THREAD_NOT_FOUND`, `RUN_NOT_FOUND`, `FORBIDDEN`, and
 * `INVALID_ARGUMENT` where two are named.
 */
export async function openTarget(ctx: QueryCtx, args: TargetArgs): Promise<UsageTarget> {
  const { caller, threadId, runId } = args;
  const owner = ownerNamed(args);
  if ([threadId, runId, owner].filter((named) => named !== undefined).length > 1)
    throw memoryError("INVALID_ARGUMENT", "Name a thread, a run, or whose usage it is: one of them.");
  if (runId !== undefined) {
    const run = await openRun(ctx, { caller, runId, need: "read" });
    return { kind: "run", runId: run._id };
  }
  if (threadId !== undefined) {
    const head = await openThread(ctx, caller, threadId, "read");
    return { kind: "thread", threadId: head.threadId };
  }
  if (owner !== undefined) return owner;
  if (caller === "system") return { kind: "all" };
  return { kind: "user", tenantId: caller.tenantId, userId: caller.userId };
}

/** The tenant or user that the system names. */
export function ownerNamed({ caller, tenantId, userId }: TargetArgs): UsageTarget | undefined {
  if (tenantId === undefined && userId === undefined) return undefined;
  if (caller !== "system")
    throw memoryError("FORBIDDEN", "Only the system may name a tenant or a user: leave them out.");
  checkName("tenantId", tenantId);
  checkName("userId", userId);
  if (userId !== undefined) return { kind: "user", tenantId, userId };
  return tenantId === undefined ? undefined : { kind: "tenant", tenantId };
}

/** The subject of the rows that hold a target's sums; a run has none. */
export function subjectOf(target: Exclude<UsageTarget, { kind: "run" }>): string {
  switch (target.kind) {
    case "all":
      return EVERYBODY;
    case "tenant":
      return tenantSubject(target.tenantId);
    case "user":
      return userSubject(target);
    case "thread":
      return threadScope(target.threadId);
  }
}

type Events = AsyncIterable<Doc<"usageEvents">>;

/** A target's events of a time, newest first: what is too much for one question is the oldest. */
export const eventsIn = (ctx: QueryCtx, target: UsageTarget, span: Span): Events =>
  eventsOfTime(ctx, target, span).order("desc");

function eventsOfTime({ db }: QueryCtx, target: UsageTarget, { from, to }: Span) {
  const events = db.query("usageEvents");
  switch (target.kind) {
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
    case "thread":
      return events.withIndex("by_thread", (q) =>
        q.eq("threadId", target.threadId).gte("_creationTime", from).lt("_creationTime", to),
      );
    case "run":
      return events.withIndex("by_run", (q) =>
        q.eq("runId", target.runId).gte("_creationTime", from).lt("_creationTime", to),
      );
  }
}

/** A target's events that were committed after the mark: those that no row of sums holds. */
export const eventsAfter = (
  ctx: QueryCtx,
  target: Exclude<UsageTarget, { kind: "run" }>,
  mark: bigint,
): Events => eventsCommitted(ctx, target, mark).order("desc");

function eventsCommitted({ db }: QueryCtx, target: Exclude<UsageTarget, { kind: "run" }>, mark: bigint) {
  const events = db.query("usageEvents");
  switch (target.kind) {
    case "all":
      return events.withIndex("by_commit", (q) => q.gt("commitTs", mark));
    case "tenant":
      return events.withIndex("by_tenant_commit", (q) =>
        q.eq("tenantId", target.tenantId).gt("commitTs", mark),
      );
    case "user":
      return events.withIndex("by_user_commit", (q) =>
        q.eq("tenantId", target.tenantId).eq("userId", target.userId).gt("commitTs", mark),
      );
    case "thread":
      return events.withIndex("by_thread_commit", (q) =>
        q.eq("threadId", target.threadId).gt("commitTs", mark),
      );
  }
}
