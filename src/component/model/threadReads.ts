import { stream } from "convex-helpers/server/stream";
import { isOwner, userScope } from "../../shared/scope.js";
import { memoryError } from "../../validators/errors.js";
import type { Page, PageRequest } from "../../validators/page.js";
import type { Caller, Principal } from "../../validators/principal.js";
import type { Thread, ThreadStatus } from "../../validators/thread.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { readCounts } from "./counts.js";
import { pageOf } from "./paging.js";
import { findHead, openThread, threadNotFound } from "./threadAccess.js";

/** A thread that the caller may read: 2 ranges, 2 documents. */
export async function get(ctx: QueryCtx, args: { caller: Caller; threadId: string }): Promise<Thread> {
  const head = await openThread(ctx, args.caller, args.threadId, "read");
  const thread = await ctx.db.get("threads", head.threadId);
  if (thread === null) throw threadNotFound(args.threadId);
  return toThread(thread, head);
}

type ListArgs = PageRequest & { caller: Caller; status?: ThreadStatus; owner?: Principal };

/**
 * The threads of an owner, newest activity first: 2 documents a thread, its preview stands in its head. A thread
 * that is being removed is left out, so a page may be shorter than its limit.
 */
export async function list(ctx: QueryCtx, args: ListArgs): Promise<Page<Thread>> {
  const scope = userScope(ownerOf(args));
  const { status } = args;
  const threads = stream(ctx.db, schema).query("threads");
  const rows =
    status === undefined
      ? threads.withIndex("by_scope_activity", (q) => q.eq("scope", scope)).order("desc")
      : threads
          .withIndex("by_scope_status_activity", (q) => q.eq("scope", scope).eq("status", status))
          .order("desc");
  const { page, cursor } = await pageOf(rows, args);
  const shown: Thread[] = [];
  for (const thread of page) {
    const head = await findHead(ctx, thread._id);
    if (head !== null && head.removing !== true) shown.push(toThread(thread, head));
  }
  return { page: shown, cursor };
}

/** How many threads an owner has: 1 document. */
export async function count(ctx: QueryCtx, args: { caller: Caller; owner?: Principal }): Promise<number> {
  const { threads } = await readCounts(ctx, userScope(ownerOf(args)));
  return threads;
}

/** Whose threads are meant: the caller's own; the system names an owner, and nobody names another. */
export function ownerOf({ caller, owner }: { caller: Caller; owner?: Principal }): Principal {
  if (caller !== "system" && owner !== undefined && !isOwner(caller, owner))
    throw memoryError("FORBIDDEN", "Only the system may name another owner: leave `owner` out.");
  const meant = caller === "system" ? owner : caller;
  if (meant === undefined)
    throw memoryError("INVALID_ARGUMENT", "The system must name the `owner` it acts for.");
  return meant;
}

function toThread(thread: Doc<"threads">, head: Doc<"threadHeads">): Thread {
  const { _id, _creationTime, scope: _scope, operationId: _operation, payloadHash: _hash, ...kept } = thread;
  return {
    ...kept,
    userId: head.userId,
    ...(head.tenantId === undefined ? {} : { tenantId: head.tenantId }),
    threadId: _id,
    createdAt: _creationTime,
    messages: head.messages,
    ...(head.preview === undefined ? {} : { preview: head.preview }),
    ...(head.activeRunId === undefined ? {} : { activeRunId: head.activeRunId }),
  };
}
