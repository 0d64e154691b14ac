import { scopeOf, threadScope } from "../../shared/scope.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller, Principal, ScopeKind } from "../../validators/principal.js";
import type { Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { openThread } from "./threadAccess.js";
import { ownerOf } from "./threadReads.js";

/** Where rows live: `thread` with its id; the others follow from the caller, or from the `owner` the system names. */
export type ScopeArgs = { caller: Caller; scope: ScopeKind; threadId?: string; owner?: Principal };

/** A scope that the caller may use, as its rows name it. */
export type OpenScope = { scope: string; threadId?: Id<"threads"> };

/**
 * The scope that the caller means, if it may. A thread is opened for the purpose: readers read, writers write.
 * Throws `THREAD_NOT_FOUND`, `FORBIDDEN`, and `INVALID_ARGUMENT` for a scope that the caller does not have.
 */
export async function openScope(
  ctx: Pick<QueryCtx, "db">,
  args: ScopeArgs,
  need: "read" | "write",
): Promise<OpenScope> {
  if (args.scope !== "thread") return { scope: scopeOf(ownerOf(args), args.scope) };
  if (args.threadId === undefined)
    throw memoryError("INVALID_ARGUMENT", "The thread scope needs a `threadId`.", { field: "threadId" });
  const { threadId } = await openThread(ctx, args.caller, args.threadId, need);
  return { scope: threadScope(threadId), threadId };
}

/** The operations of a scope by their domain; those of a thread go with it. */
export const operationScope = (domain: string, { scope, threadId }: OpenScope): string =>
  threadId === undefined ? `${domain}|${scope}` : scope;
