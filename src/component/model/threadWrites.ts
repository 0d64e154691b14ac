import { canonicalJson, hashText } from "../../shared/canonicalJson.js";
import { checkMetadata, checkName, checkTitle } from "../../shared/checkedArguments.js";
import { userScope } from "../../shared/scope.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller, Principal } from "../../validators/principal.js";
import type { ThreadStatus } from "../../validators/thread.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { addCounts } from "./counts.js";
import { armSweep } from "./sweeps.js";
import { openThread } from "./threadAccess.js";
import { ownerOf } from "./threadReads.js";
import { prepareFold } from "./foldArming.js";

type CreateArgs = {
  caller: Caller;
  title?: string;
  metadata?: string;
  operationId?: string;
  parentThreadId?: string;
  /** Opened for a run that is nested in this one; whoever names it has checked it. */
  parentRunId?: string;
  owner?: Principal;
};

/**
 * Opens a thread for its owner. The operationId is a natural key of the owner: repeating it gives the thread that it
 * opened, with another payload `OPERATION_MISMATCH`.
 */
export async function create(ctx: MutationCtx, args: CreateArgs): Promise<{ threadId: Id<"threads"> }> {
  const owner = ownerOf(args);
  checkThread({ ...args, userId: owner.userId, tenantId: owner.tenantId });
  const scope = userScope(owner);
  const { title, metadata, parentThreadId: parent, parentRunId } = args;
  const operation = await operationOf(args.operationId, { title, metadata, parent, parentRunId });
  const first = operation === null ? null : await findCreated(ctx, scope, operation);
  if (first !== null) return { threadId: first };
  const parentHead = parent === undefined ? null : await openThread(ctx, args.caller, parent, "write");
  const threadId = await ctx.db.insert("threads", {
    scope,
    status: "active",
    lastActivityAt: Date.now(),
    title,
    metadata,
    parentThreadId: parentHead?.threadId,
    parentRunId,
    ...operation,
  });
  const { userId, tenantId } = owner;
  await ctx.db.insert("threadHeads", { threadId, userId, tenantId, nextTurn: 0, messages: 0 });
  const counted = await addCounts(ctx, scope, { threads: 1 });
  if (counted.isFirst) await prepareFold(ctx);
  return { threadId };
}

function checkThread(args: Omit<CreateArgs, "caller"> & { userId: string; tenantId?: string }): void {
  checkName("userId", args.userId);
  checkName("tenantId", args.tenantId);
  checkName("operationId", args.operationId);
  checkTitle(args.title);
  checkMetadata(args.metadata);
}

type Operation = { operationId: string; payloadHash: string };

async function operationOf(operationId: string | undefined, payload: object): Promise<Operation | null> {
  if (operationId === undefined) return null;
  return { operationId, payloadHash: await hashText(canonicalJson(payload)) };
}

async function findCreated(
  ctx: MutationCtx,
  scope: string,
  operation: Operation,
): Promise<Id<"threads"> | null> {
  const thread = await ctx.db
    .query("threads")
    .withIndex("by_operation", (q) => q.eq("scope", scope).eq("operationId", operation.operationId))
    .unique();
  if (thread === null) return null;
  if (thread.payloadHash === operation.payloadHash) return thread._id;
  throw memoryError("OPERATION_MISMATCH", "This operationId opened another thread: make a new one.", {
    operationId: operation.operationId,
  });
}

type UpdateArgs = {
  caller: Caller;
  threadId: string;
  title?: string;
  status?: ThreadStatus;
  metadata?: string;
};

/** Changes what is named; an empty title or metadata of `null` (JSON) stands for none. */
export async function update(ctx: MutationCtx, args: UpdateArgs): Promise<null> {
  const { title, status, metadata } = args;
  checkTitle(title);
  checkMetadata(metadata);
  const head = await openThread(ctx, args.caller, args.threadId, "own");
  await ctx.db.patch("threads", head.threadId, {
    ...(title === undefined ? {} : { title: title === "" ? undefined : title }),
    ...(status === undefined ? {} : { status }),
    ...(metadata === undefined ? {} : { metadata: metadata === "null" ? undefined : metadata }),
  });
  return null;
}

/** Closes the thread in this mutation and leaves its rows to a sweep of bounded pages. */
export async function remove(ctx: MutationCtx, args: { caller: Caller; threadId: string }): Promise<null> {
  await closeThread(ctx, await openThread(ctx, args.caller, args.threadId, "own"));
  return null;
}

/** As `remove`, for a thread that may be removed: one that is nested in it is closed by its sweep. */
export async function closeThread(ctx: MutationCtx, head: Doc<"threadHeads">): Promise<void> {
  await ctx.db.patch("threadHeads", head._id, { removing: true });
  await addCounts(ctx, userScope(head), { threads: -1 });
  await armSweep(ctx, "thread", { delayMs: 0, target: head.threadId });
}
