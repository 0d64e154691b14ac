import { isTextHash } from "../../shared/embeddedText.js";
import { checkVectors, isZeroVector, ownerKey, threadKey } from "../../shared/vectors.js";
import { memoryError } from "../../validators/errors.js";
import type { EntryVector } from "../../validators/recallEntry.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { placeFor, type VectorPlace } from "./embeddingSlots.js";
import { insertVector, SLOT_FIELDS } from "./vectorTables.js";

type Entry = Doc<"recallEntries">;
type Stored = {
  embedder: string;
  vectors: EntryVector[];
  accepts: (entry: Entry) => Promise<boolean>;
};

/** An entry that got its vector. */
export type StoredVector = { entry: Entry; tokens: number };

/**
 * Stores vectors for entries that lack them, and gives those that got one. An entry that is gone, has its vector, or
 * that `accepts` refuses is passed over: storing again is safe. So are vectors of an embedder that no generation
 * knows: their entries wait for the one that is searched. The ids of vectors of a thread are kept in `batches`, so
 * that removing the thread finds them.
 */
export async function storeVectors(
  ctx: MutationCtx,
  { embedder, vectors, accepts }: Stored,
): Promise<StoredVector[]> {
  if (vectors.length === 0) return [];
  checkHashes(vectors);
  const length = checkVectors(vectors.map(({ vector }) => vector));
  const made = { embedder, length };
  const place = await placeFor(ctx, made);
  if (place === null) return [];
  const written = new Map<Id<"threads">, string[]>();
  const stored: StoredVector[] = [];
  for (const given of vectors) {
    const entry = await findEntry(ctx, given.entryId);
    if (entry === null || !lacks(entry, place) || !(await accepts(entry))) continue;
    const vectorId = await writeVector(ctx, { entry, given, place, made });
    stored.push({ entry, tokens: given.tokens ?? 0 });
    if (entry.threadId === undefined || vectorId === undefined) continue;
    written.set(entry.threadId, [...(written.get(entry.threadId) ?? []), vectorId]);
  }
  for (const [threadId, ids] of written) await ctx.db.insert("batches", { threadId, written: ids });
  return stored;
}

function checkHashes(vectors: readonly EntryVector[]): void {
  const isWrong = ({ textHash }: EntryVector): boolean => textHash !== undefined && !isTextHash(textHash);
  if (vectors.some(isWrong)) throw memoryError("INVALID_ARGUMENT", "`textHash` is no hash of a text.");
}

/** With generations, an entry may wait for nothing and still lack the vector of the one that is being filled. */
const lacks = (entry: Entry, { slot, hasGenerations }: VectorPlace): boolean =>
  entry[SLOT_FIELDS[slot]] === undefined && (entry.pending === true || hasGenerations);

type Writing = {
  entry: Entry;
  given: EntryVector;
  place: VectorPlace;
  made: { embedder: string; length: number };
};

async function writeVector(
  ctx: MutationCtx,
  { entry, given, place, made }: Writing,
): Promise<string | undefined> {
  const { vector, textHash } = given;
  const vectorId = isZeroVector(vector)
    ? undefined
    : await insertVector(ctx, { ...keysOf(entry, made), vector });
  await ctx.db.patch("recallEntries", entry._id, {
    ...(vectorId === undefined ? {} : { [SLOT_FIELDS[place.slot]]: vectorId }),
    ...(vectorId === undefined || textHash === undefined ? {} : { textHash }),
    ...(place.settles ? { pending: undefined, refusals: undefined } : {}),
  });
  return vectorId;
}

function keysOf(entry: Entry, made: { embedder: string; length: number }) {
  // Facts are searched by their scope alone: in the list of their thread they would take the places of messages.
  const place = entry.kind === "fact" ? undefined : (entry.threadId ?? entry.documentId);
  return {
    ownerKey: ownerKey(made, entry.kind, entry.scope),
    ...(place === undefined ? {} : { threadKey: threadKey(made, place) }),
  };
}

/** The entry by an id from outside, or null. */
export async function findEntry(ctx: QueryCtx, entryId: string): Promise<Entry | null> {
  const id = ctx.db.normalizeId("recallEntries", entryId);
  return id === null ? null : await ctx.db.get("recallEntries", id);
}
