import { isOwner, userScope } from "../../shared/scope.js";
import { isMemoryError, memoryError } from "../../validators/errors.js";
import type { Caller, ParticipantRole } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

/** What a caller wants to do with a thread. */
export type ThreadAccess = "read" | "write" | "own";

const ROLES_THAT_MAY: Record<ThreadAccess, readonly ParticipantRole[]> = {
  read: ["reader", "writer", "owner"],
  write: ["writer", "owner"],
  own: ["owner"],
};

/**
 * The head of a thread that the caller may open. Reads the head alone (1 range, 1 document) for the owner and the
 * system, and the participant's row where the thread is shared. Malformed, unknown, removed and foreign ids all
 * throw `THREAD_NOT_FOUND`; a participant whose role does not reach gets `FORBIDDEN`.
 */
// eslint-disable-next-line max-params -- every door says who, what and for which purpose, in this order
export async function openThread(
  ctx: Pick<QueryCtx, "db">,
  caller: Caller,
  threadId: string,
  need: ThreadAccess,
): Promise<Doc<"threadHeads">> {
  const head = await findHead(ctx, threadId);
  if (head === null || head.removing === true) throw threadNotFound(threadId);
  if (isOwner(caller, head)) return head;
  const role = await roleOf(ctx, head, caller);
  if (role === null) throw threadNotFound(threadId);
  if (ROLES_THAT_MAY[need].includes(role)) return head;
  throw memoryError("FORBIDDEN", `A ${role} of this thread may not do this: its owner can change the role.`, {
    threadId,
    role,
  });
}

/** Whether `openThread` would open it; other errors are thrown on. */
// eslint-disable-next-line max-params -- as openThread
export async function mayOpenThread(
  ctx: Pick<QueryCtx, "db">,
  caller: Caller,
  threadId: string,
  need: ThreadAccess,
): Promise<boolean> {
  try {
    await openThread(ctx, caller, threadId, need);
    return true;
  } catch (error) {
    if (isMemoryError(error, "THREAD_NOT_FOUND") || isMemoryError(error, "FORBIDDEN")) return false;
    throw error;
  }
}

/** The head of a thread by an id from outside: one range, one document. */
export async function findHead(
  ctx: Pick<QueryCtx, "db">,
  threadId: string,
): Promise<Doc<"threadHeads"> | null> {
  const id = ctx.db.normalizeId("threads", threadId);
  if (id === null) return null;
  return await ctx.db
    .query("threadHeads")
    .withIndex("by_thread", (q) => q.eq("threadId", id))
    .unique();
}

async function roleOf(
  ctx: Pick<QueryCtx, "db">,
  head: Doc<"threadHeads">,
  caller: Caller,
): Promise<ParticipantRole | null> {
  if (head.shared !== true || caller === "system") return null;
  const row = await ctx.db
    .query("participants")
    .withIndex("by_thread", (q) => q.eq("threadId", head.threadId).eq("scope", userScope(caller)))
    .unique();
  return row?.role ?? null;
}

/** What every id gives that is not a thread of the caller: unknown, malformed, removed and foreign look the same. */
export const threadNotFound = (threadId: string) =>
  memoryError("THREAD_NOT_FOUND", "No such thread for this principal: check the id and who asks.", {
    threadId,
  });

/** False for a thread that is being removed: it answers no more, whatever its sweep has still to delete. */
export async function isOpenThread(ctx: QueryCtx, threadId: Id<"threads">): Promise<boolean> {
  const head = await findHead(ctx, threadId);
  return head !== null && head.removing !== true;
}
