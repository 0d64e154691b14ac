import { getDocumentSize } from "convex/values";
import { chunkToEmbed, embeddedTextHash, plainToEmbed } from "../../shared/embeddedText.js";
import { EMBEDDING_READ_MAX_BYTES, PAGE_MAX_BYTES } from "../../shared/limits.js";
import { textOf } from "../../shared/messageText.js";
import { once } from "../../shared/once.js";
import type { PendingEntry } from "../../validators/recallEntry.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { findEmbedded } from "./embeddingCache.js";
import { isOpenThread } from "./threadAccess.js";

type Entry = Doc<"recallEntries">;

/** What one page has read of the places that its entries are in, so that no row is read twice. */
type Places = {
  threads: Map<string, Promise<boolean>>;
  documents: Map<string, Promise<Doc<"documents"> | null>>;
};

const BYTES_PER_NUMBER = 8;

/**
 * The texts of entries, in order, each with its vector where the same text has one. What is being removed is left out:
 * it is sent to no embedder any more. Stops early when what is read is long: `read` says how many entries were
 * looked at.
 */
export async function textsOf(
  ctx: QueryCtx,
  entries: Entry[],
  embedder: string | undefined,
): Promise<{ page: PendingEntry[]; read: number }> {
  const places: Places = { threads: new Map(), documents: new Map() };
  const page: PendingEntry[] = [];
  let bytes = 0;
  let read = 0;
  for (const entry of entries) {
    if (bytes > PAGE_MAX_BYTES || !(await canReadMore(ctx))) break;
    read += 1;
    const source = (await isThere(ctx, entry, places)) ? await sourceOf(ctx, entry) : null;
    if (source === null) continue;
    const embedded = await findEmbedded(ctx, await embeddedTextHash(source.text), embedder);
    page.push({ entryId: entry._id, text: source.text, ...(embedded === null ? {} : { embedded }) });
    bytes += source.bytes + (embedded?.vector.length ?? 0) * BYTES_PER_NUMBER;
  }
  return { page, read };
}

/** False when a transaction has read so much that the vectors of one more text might be too much for it. */
export async function canReadMore(ctx: QueryCtx): Promise<boolean> {
  const { bytesRead } = await ctx.meta.getTransactionMetrics();
  return bytesRead.used < EMBEDDING_READ_MAX_BYTES;
}

/** False for what a removal or a replacement has closed, whatever its sweep has still to delete. */
async function isThere(ctx: QueryCtx, entry: Entry, places: Places): Promise<boolean> {
  const { threadId, documentId, generation } = entry;
  if (documentId !== undefined) {
    const document = await once(places.documents, documentId, () => ctx.db.get("documents", documentId));
    return [document?.generation, document?.next?.generation].includes(generation);
  }
  return threadId === undefined || (await once(places.threads, threadId, () => isOpenThread(ctx, threadId)));
}

/** What is to be embedded of an entry, and how long the row is that holds it; null when that is gone. */
async function sourceOf(
  ctx: QueryCtx,
  { kind, sourceId }: Entry,
): Promise<{ text: string; bytes: number } | null> {
  switch (kind) {
    case "message": {
      const row = await rowOf(ctx, "messages", sourceId);
      return row && { text: plainToEmbed(textOf(row.parts)), bytes: getDocumentSize(row) };
    }
    case "chunk": {
      const row = await rowOf(ctx, "chunks", sourceId);
      return row && { text: chunkToEmbed(row), bytes: getDocumentSize(row) };
    }
    case "fact": {
      const row = await rowOf(ctx, "facts", sourceId);
      return row && { text: plainToEmbed(row.text), bytes: getDocumentSize(row) };
    }
  }
}

async function rowOf<Table extends "messages" | "chunks" | "facts">(
  ctx: QueryCtx,
  table: Table,
  sourceId: string,
): Promise<Doc<Table> | null> {
  const id = ctx.db.normalizeId(table, sourceId);
  return id === null ? null : await ctx.db.get(table, id);
}
