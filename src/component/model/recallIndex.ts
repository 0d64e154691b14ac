import { STEERING_MAX_MESSAGES } from "../../shared/runLimits.js";
import { ownTerms, rowOfHuman, rowOfText, withContext, type PreviousRow } from "../../shared/recallRow.js";
import { isZeroVector, ownerKey, threadKey } from "../../shared/vectors.js";
import type { MessageRole } from "../../validators/message.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { deleteVector, insertVector, SLOT_FIELDS } from "./vectorTables.js";

type Entry = Doc<"recallEntries">;

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

/** The last human message before the next, kept from one message of a write to another: absent until it is read. */
export type HumanChain = { previous?: PreviousRow | null };

/** A fact to be found. `threadId` where it goes with its thread. */
export type FactEntry = {
  factId: Id<"facts">;
  scope: string;
  threadId?: Id<"threads">;
  text: string;
  at: number;
  /** From 0 to 1; absent: as any other. */
  importance?: number;
};

/** A chunk to be found by its words, and by its vector where there is one. */
export type ChunkEntry = {
  chunkId: Id<"chunks">;
  documentId: Id<"documents">;
  generation: number;
  scope: string;
  text: string;
  at: number;
  /** From 0 to 1; absent: as any other. */
  importance?: number;
  /** What made the vectors of this write; absent when there are none. */
  embedder?: string;
  vector?: number[];
  /** Where the vector goes; null: nowhere, its embedder is not the one that is searched. The first slot unless told. */
  place?: { slot: 0 | 1; settles: boolean } | null;
  /** Of the text that was embedded, so that it is not embedded again. */
  textHash?: string;
};

/**
 * Makes a message findable. For what a person said it reads one row, the human message before it; with a `chain`,
 * that of the first message of a write only. For a reply it reads nothing.
 */
export async function indexMessage(
  ctx: MutationCtx,
  entry: MessageEntry,
  chain: HumanChain = {},
): Promise<Id<"recallEntries">> {
  const { messageId, pending, text, ...kept } = entry;
  return await ctx.db.insert("recallEntries", {
    ...kept,
    kind: "message",
    sourceId: messageId,
    ...(entry.role === "user" ? await rowInChain(ctx, entry, chain) : rowOfText(text, { isHuman: false })),
    ...(pending && text.trim() !== "" ? { pending: true as const } : {}),
  });
}

async function rowInChain(ctx: QueryCtx, said: MessageEntry, chain: HumanChain) {
  const { threadId, turn, at } = said;
  const previous = chain.previous === undefined ? await humanBefore(ctx, { threadId, turn }) : chain.previous;
  const row = rowOfHuman(said, previous);
  chain.previous = { ...row, at };
  return row;
}

/** The last human message up to a turn. */
const humanBefore = (
  ctx: QueryCtx,
  { threadId, turn }: { threadId: Id<"threads">; turn: number },
): Promise<Entry | null> =>
  ctx.db
    .query("recallEntries")
    .withIndex("by_thread_role_turn", (q) => q.eq("threadId", threadId).eq("role", "user").lte("turn", turn))
    .order("desc")
    .first();

/**
 * Writes the human messages around one that was edited or removed anew, for each holds the words of its predecessor:
 * the others of its turn and those of the next. Nearly always that is one row; a run that was steered has more in its
 * turn, at most `STEERING_MAX_MESSAGES` for each time that it was answered.
 */
export async function rewriteFollower(
  ctx: MutationCtx,
  { threadId, turn, sourceId }: { threadId: Id<"threads">; turn: number; sourceId: string },
): Promise<void> {
  const rows = await humansAround(ctx, { threadId, turn });
  let before = turn === 0 ? null : await humanBefore(ctx, { threadId, turn: turn - 1 });
  const isAlone = rows.filter((row) => row.turn === turn).length < 2; // then it has its own predecessor already
  for (const row of rows) {
    if (row.sourceId !== sourceId || !isAlone) await rewriteBehind(ctx, row, before);
    before = row;
  }
}

/** The human messages of a turn and of the next that has any, in the order in which they were said. */
async function humansAround(
  ctx: QueryCtx,
  { threadId, turn }: { threadId: Id<"threads">; turn: number },
): Promise<Entry[]> {
  const found: Entry[] = [];
  const rows = ctx.db
    .query("recallEntries")
    .withIndex("by_thread_role_turn", (q) => q.eq("threadId", threadId).eq("role", "user").gte("turn", turn));
  let next: number | undefined;
  for await (const row of rows) {
    if (row.turn !== turn) next ??= row.turn;
    if ((row.turn !== turn && row.turn !== next) || found.length === HUMANS_AROUND_MAX) break;
    found.push(row);
  }
  return found.sort(
    (left, right) =>
      (left.turn ?? 0) - (right.turn ?? 0) || left.at - right.at || left._creationTime - right._creationTime,
  );
}

/** Human messages around an edited one: those of a turn that was answered and steered several times, and of the next. */
const HUMANS_AROUND_MAX = 8 * STEERING_MAX_MESSAGES;

async function rewriteBehind(ctx: MutationCtx, row: Entry, before: Entry | null): Promise<void> {
  const isSameSession = before !== null && (before.session ?? 0) === (row.session ?? 0);
  const { searchText, split } = withContext(ownTerms(row), isSameSession ? before : null, row.speaker);
  if (searchText !== row.searchText) await ctx.db.patch("recallEntries", row._id, { searchText, split });
}

/** Makes a fact findable; its vector is made later. Reads nothing. */
export async function indexFact(ctx: MutationCtx, entry: FactEntry): Promise<Id<"recallEntries">> {
  const { factId, text, ...kept } = entry;
  return await ctx.db.insert("recallEntries", {
    ...kept,
    kind: "fact",
    sourceId: factId,
    ...rowOfText(text, { isHuman: true }),
    pending: true,
  });
}

/** Changes what recall prefers, and keeps the vector. Nothing happens when the source is not indexed. */
export async function weighEntries(
  ctx: MutationCtx,
  sourceId: string,
  importance: number | undefined,
): Promise<void> {
  const entries = ctx.db.query("recallEntries").withIndex("by_source", (q) => q.eq("sourceId", sourceId));
  for await (const entry of entries) await ctx.db.patch("recallEntries", entry._id, { importance });
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
        threadKey: threadKey({ embedder, length: vector.length }, entry.documentId),
        vector,
      })
    : undefined;
  await ctx.db.insert("recallEntries", {
    ...kept,
    kind: "chunk",
    sourceId: chunkId,
    ...rowOfText(text, { isHuman: false }),
    ...(isKept && place.settles ? {} : { pending: true as const }),
    ...(vectorId === undefined || place === null ? {} : { [SLOT_FIELDS[place.slot]]: vectorId, textHash }),
  });
}

/**
 * Removes what makes a source findable: its entry and its vector, and its words from the entry of the message that
 * follows. Nothing happens when there is none.
 */
export async function removeEntries(ctx: MutationCtx, sourceId: string): Promise<void> {
  const entries = ctx.db.query("recallEntries").withIndex("by_source", (q) => q.eq("sourceId", sourceId));
  for await (const entry of entries) {
    await removeEntry(ctx, entry);
    const { threadId, turn, role } = entry;
    if (threadId !== undefined && turn !== undefined && role === "user")
      await rewriteFollower(ctx, { threadId, turn, sourceId });
  }
}

/** Removes an entry that was read already, with its vectors, where what follows it is removed as well. */
export async function removeEntry(ctx: MutationCtx, entry: Entry): Promise<void> {
  for (const field of SLOT_FIELDS) {
    const vectorId = entry[field];
    if (vectorId !== undefined) await deleteVector(ctx, vectorId);
  }
  await ctx.db.delete("recallEntries", entry._id);
}
