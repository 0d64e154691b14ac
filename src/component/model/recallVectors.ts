import { getDocumentSize } from "convex/values";
import { PAGE_MAX_BYTES, RECALL_TEXT_MAX_BYTES } from "../../shared/limits.js";
import { textOf } from "../../shared/messageText.js";
import { cutToBytes } from "../../shared/utf8.js";
import { checkVectors, isZeroVector, ownerKey, threadKey } from "../../shared/vectors.js";
import type { PendingEntry } from "../../validators/recall.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { EntryVector } from "./recallArguments.js";
import { insertVector } from "./vectorTables.js";

type Stored = {
  embedder: string;
  vectors: EntryVector[];
  accepts: (entry: Doc<"recallEntries">) => Promise<boolean>;
};

/**
 * Stores vectors for entries that wait for one. An entry that is gone, has its vector, or that `accepts` refuses is
 * passed over: storing again is safe. The ids of vectors of a thread are kept in `batches`, so that removing the
 * thread finds them.
 */
export async function storeVectors(ctx: MutationCtx, { embedder, vectors, accepts }: Stored): Promise<void> {
  if (vectors.length === 0) return;
  const length = checkVectors(vectors.map(({ vector }) => vector));
  const written = new Map<Id<"threads">, string[]>();
  for (const { entryId, vector } of vectors) {
    const entry = await findEntry(ctx, entryId);
    if (entry?.pending !== true || !(await accepts(entry))) continue;
    const vectorId = isZeroVector(vector)
      ? undefined
      : await insertVector(ctx, { ...keysOf(entry, { embedder, length }), vector });
    await ctx.db.patch("recallEntries", entry._id, { pending: undefined, vectorId });
    if (entry.threadId === undefined || vectorId === undefined) continue;
    written.set(entry.threadId, [...(written.get(entry.threadId) ?? []), vectorId]);
  }
  for (const [threadId, ids] of written) await ctx.db.insert("batches", { threadId, written: ids });
}

function keysOf(entry: Doc<"recallEntries">, made: { embedder: string; length: number }) {
  const place = entry.threadId ?? entry.documentId;
  return {
    ownerKey: ownerKey(made, entry.kind, entry.scope),
    ...(place === undefined ? {} : { threadKey: threadKey(made, place) }),
  };
}

/** The entry by an id from outside, or null. */
export async function findEntry(ctx: QueryCtx, entryId: string): Promise<Doc<"recallEntries"> | null> {
  const id = ctx.db.normalizeId("recallEntries", entryId);
  return id === null ? null : await ctx.db.get("recallEntries", id);
}

/**
 * Entries of a thread that wait for a vector, oldest first, with the text to embed. Stops early when the messages
 * that hold the texts are long: the rest is for the next call.
 */
export async function pendingOf(
  ctx: QueryCtx,
  threadId: Id<"threads">,
  limit: number,
): Promise<PendingEntry[]> {
  const entries = await ctx.db
    .query("recallEntries")
    .withIndex("by_thread_pending", (q) => q.eq("threadId", threadId).eq("pending", true))
    .take(limit);
  const pending: PendingEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const message = await messageOf(ctx, entry);
    if (message === null) continue;
    pending.push({ entryId: entry._id, text: cutToBytes(textOf(message.parts), RECALL_TEXT_MAX_BYTES) });
    bytes += getDocumentSize(message);
    if (bytes > PAGE_MAX_BYTES) break;
  }
  return pending;
}

async function messageOf(ctx: QueryCtx, entry: Doc<"recallEntries">): Promise<Doc<"messages"> | null> {
  const id = entry.kind === "message" ? ctx.db.normalizeId("messages", entry.sourceId) : null;
  return id === null ? null : await ctx.db.get("messages", id);
}
