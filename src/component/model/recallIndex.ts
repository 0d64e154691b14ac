import { searchText } from "../../shared/searchText.js";
import { isZeroVector, ownerKey } from "../../shared/vectors.js";
import type { MessageRole } from "../../validators/message.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { deleteVector, insertVector, SLOT_FIELDS } from "./vectorTables.js";

/** A message to be found by its words. */
export type MessageEntry = {
  messageId: Id<"messages">;
  threadId: Id<"threads">;
  turn: number;
  /** The thread owner's user scope. */
  scope: string;
  role: MessageRole;
  speaker?: string;
  text: string;
  at: number;
  /** True when a vector is to be made of it later. */
  pending: boolean;
};

/** A chunk to be found by its words, and by its vector where there is one. */
export type ChunkEntry = {
  chunkId: Id<"chunks">;
  documentId: Id<"documents">;
  generation: number;
  scope: string;
  text: string;
  at: number;
  /** What made the vectors of this write; absent when there are none. */
  embedder?: string;
  vector?: number[];
  /** Where the vector goes; null: nowhere, its embedder is not the one that is searched. The first slot unless told. */
  place?: { slot: 0 | 1; settles: boolean } | null;
  /** Of the text that was embedded, so that it is not embedded again. */
  textHash?: string;
};

/** Makes a message findable. Reads nothing. */
export async function indexMessage(ctx: MutationCtx, entry: MessageEntry): Promise<Id<"recallEntries">> {
  const { messageId, pending, text, ...kept } = entry;
  return await ctx.db.insert("recallEntries", {
    ...kept,
    kind: "message",
    sourceId: messageId,
    searchText: searchText(text),
    ...(pending && text.trim() !== "" ? { pending: true } : {}),
  });
}

/** Makes a chunk findable, with its vector where there is one. Reads nothing. */
export async function indexChunk(ctx: MutationCtx, entry: ChunkEntry): Promise<void> {
  const { chunkId, text, embedder, vector, textHash, ...row } = entry;
  const { place = { slot: 0, settles: true }, ...kept } = row;
  const isKept = embedder !== undefined && vector !== undefined && place !== null;
  const hasVector = isKept && !isZeroVector(vector);
  const vectorId = hasVector
    ? await insertVector(ctx, {
        ownerKey: ownerKey({ embedder, length: vector.length }, "chunk", entry.scope),
        vector,
      })
    : undefined;
  await ctx.db.insert("recallEntries", {
    ...kept,
    kind: "chunk",
    sourceId: chunkId,
    searchText: searchText(text),
    ...(isKept && place.settles ? {} : { pending: true }),
    ...(vectorId === undefined || place === null ? {} : { [SLOT_FIELDS[place.slot]]: vectorId, textHash }),
  });
}

/** Removes what makes a source findable: its entry and its vector. Nothing happens when there is none. */
export async function removeEntries(ctx: MutationCtx, sourceId: string): Promise<void> {
  const entries = ctx.db.query("recallEntries").withIndex("by_source", (q) => q.eq("sourceId", sourceId));
  for await (const entry of entries) await removeEntry(ctx, entry);
}

/** Removes an entry that was read already, with its vectors. */
export async function removeEntry(ctx: MutationCtx, entry: Doc<"recallEntries">): Promise<void> {
  for (const field of SLOT_FIELDS) {
    const vectorId = entry[field];
    if (vectorId !== undefined) await deleteVector(ctx, vectorId);
  }
  await ctx.db.delete("recallEntries", entry._id);
}
