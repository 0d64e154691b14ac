import { getDocumentSize } from "convex/values";
import { documentHash } from "../../shared/documentHash.js";
import { IMPORTANCE_CHUNKS_PER_WRITE, PAGE_MAX_BYTES } from "../../shared/limits.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { addCounts } from "./counts.js";
import { checkDescription } from "./documentChecks.js";
import { documentNotFound, findDocument } from "./documentReads.js";
import { removeTags, replaceTags } from "./documentTags.js";
import { armSweep } from "./sweeps.js";

/** What to change; null takes it away, what is not named stays. */
export type UpdateArgs = {
  caller: Caller;
  documentId: string;
  metadata?: string | null;
  importance?: number | null;
  /** The content that the change is meant for; DOCUMENT_REPLACED when it is another by now. */
  contentHash?: string;
};

/**
 * Changes what is said about a document: no chunk and no vector is touched. Filters see it at once. A new importance
 * reaches the entries of `IMPORTANCE_CHUNKS_PER_WRITE` chunks in the same transaction, and those of a longer document
 * by a sweep. Saying the same again writes nothing.
 */
export async function update(ctx: MutationCtx, args: UpdateArgs): Promise<null> {
  const document = await findDocument(ctx, args.caller, args.documentId);
  const { _id: documentId, scope, key, contentHash, state } = document;
  if (state.kind === "empty") throw documentNotFound({ documentId });
  if (args.contentHash !== undefined && args.contentHash !== contentHash)
    throw memoryError("DOCUMENT_REPLACED", "The document's text is another by now: read it again.", { key });
  const metadata = changed(document.metadata, args.metadata);
  const importance = changed(document.importance, args.importance);
  checkDescription({ metadata, importance });
  const hash = await documentHash({ contentHash, metadata, importance });
  if (hash === document.hash) return null;
  const isRanked = importance !== document.importance;
  const after = { ...document, metadata, importance, hash, ...(isRanked ? { stampFrom: 0 } : {}) };
  await replaceTags(ctx, { documentId, scope, key }, { before: document.metadata, after: metadata });
  const stampFrom = isRanked
    ? await stampImportance(ctx, after, IMPORTANCE_CHUNKS_PER_WRITE)
    : after.stampFrom;
  await ctx.db.patch("documents", documentId, { metadata, importance, hash, stampFrom });
  if (stampFrom !== undefined) await armSweep(ctx, "document", { delayMs: 0, target: documentId });
  return null;
}

const changed = <Value>(before: Value | undefined, after: Value | null | undefined): Value | undefined =>
  after === undefined ? before : (after ?? undefined);

/**
 * Gives the document's importance to the entries of its chunks from `stampFrom` on, about `limit` of them. Returns
 * where to go on, undefined when all have it.
 */
export async function stampImportance(
  ctx: MutationCtx,
  document: Doc<"documents">,
  limit: number,
): Promise<number | undefined> {
  const { _id, generation, importance, stampFrom } = document;
  if (stampFrom === undefined) return undefined;
  const chunks = ctx.db
    .query("chunks")
    .withIndex("by_document", (q) =>
      q.eq("documentId", _id).eq("generation", generation).gte("index", stampFrom),
    );
  let left = limit;
  let bytes = 0;
  for await (const chunk of chunks) {
    if (left <= 0 || bytes > PAGE_MAX_BYTES) return chunk.index;
    const entry = await ctx.db
      .query("recallEntries")
      .withIndex("by_source", (q) => q.eq("sourceId", chunk._id))
      .first();
    if (entry !== null && entry.importance !== importance)
      await ctx.db.patch("recallEntries", entry._id, { importance });
    left -= 1;
    bytes += getDocumentSize(chunk) + (entry === null ? 0 : getDocumentSize(entry));
  }
  return undefined;
}

/** Removes a document at once for every reader; its chunks, entries and vectors follow in bounded pages. */
export async function remove(
  ctx: MutationCtx,
  { caller, documentId }: { caller: Caller; documentId: string },
): Promise<null> {
  const document = await findDocument(ctx, caller, documentId);
  await removeTags(ctx, document);
  await ctx.db.delete("documents", document._id);
  const isReady = document.state.kind === "ready";
  await addCounts(ctx, document.scope, { documents: isReady ? -1 : 0, chunks: -document.chunks });
  await armSweep(ctx, "document", { delayMs: 0, target: document._id });
  return null;
}
