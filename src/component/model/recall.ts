import { RECALL_PENDING_PER_TURN } from "../../shared/limits.js";
import { mayUseScope } from "../../shared/scope.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { PendingEntry } from "../../validators/recall.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { checkEmbedded, type EntryVector } from "./recallArguments.js";
import { pendingOf, storeVectors } from "./recallVectors.js";
import { mayOpenThread } from "./threadAccess.js";
import { openThread } from "./threads.js";
import { record } from "./usage.js";

export { indexMessage, removeEntries, removeEntry, rewriteFollower, type HumanChain } from "./recallIndex.js";
export { rank, search, searchText } from "./recallSearch.js";
export { pendingOf } from "./recallVectors.js";

type KeepArgs = {
  caller: Caller;
  threadId?: string;
  runId?: string;
  operationId?: string;
  embedder?: string;
  store?: EntryVector[];
  usage?: Usage;
};

/** Stores vectors and the usage event of the call that made them, in one transaction. */
export async function keep(ctx: MutationCtx, args: KeepArgs): Promise<null> {
  const { caller, embedder, store: vectors = [], usage, ...place } = args;
  if (embedder !== undefined) await store(ctx, { caller, embedder, vectors });
  if (usage !== undefined) await record(ctx, { caller, usage, ...place });
  return null;
}

/**
 * Stores vectors for entries that wait for one. Entries that are gone, have a vector, or are not the caller's to
 * write are passed over alike, so that an id tells a stranger nothing. Safe to retry.
 */
export async function store(
  ctx: MutationCtx,
  { caller, embedder, vectors }: { caller: Caller; embedder: string; vectors: EntryVector[] },
): Promise<null> {
  checkEmbedded({ embedder, store: vectors });
  const writable = new Map<string, Promise<boolean>>();
  await storeVectors(ctx, {
    embedder,
    vectors,
    accepts: (entry) => mayWrite(ctx, { caller, entry, writable }),
  });
  return null;
}

type Access = { caller: Caller; entry: Doc<"recallEntries">; writable: Map<string, Promise<boolean>> };

async function mayWrite(ctx: QueryCtx, { caller, entry, writable }: Access): Promise<boolean> {
  const { threadId } = entry;
  if (threadId === undefined) return mayUseScope(caller, entry.scope);
  const known = writable.get(threadId) ?? mayOpenThread(ctx, caller, threadId, "write");
  writable.set(threadId, known);
  return await known;
}

/** What of a thread still waits for a vector, with the texts to embed, oldest first. */
export async function pending(
  ctx: QueryCtx,
  { caller, threadId, limit }: { caller: Caller; threadId: string; limit: number },
): Promise<PendingEntry[]> {
  if (!Number.isInteger(limit) || limit < 1)
    throw memoryError("INVALID_ARGUMENT", "`limit` must be an integer from 1.", { field: "limit" });
  const head = await openThread(ctx, caller, threadId, "read");
  return await pendingOf(ctx, head.threadId, Math.min(limit, RECALL_PENDING_PER_TURN));
}
