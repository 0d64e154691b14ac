import { getDocumentSize } from "convex/values";
import { RECALL_MAX_MISFITS, RECALL_READ_MAX_BYTES, RECALL_TEXT_MAX_BYTES } from "../../shared/limits.js";
import { textOf } from "../../shared/messageText.js";
import { estimateTokens, tokenQuarters, tokensToQuarters } from "../../shared/tokens.js";
import { cutToBytes } from "../../shared/utf8.js";
import type { RecallHit } from "../../validators/recall.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { findHead } from "./threadAccess.js";
import { reaches, type Candidate, type Reach } from "./recallCandidates.js";
import { entryOfVector } from "./vectorTables.js";

type Entry = Doc<"recallEntries">;
/** What an entry leads to, before it is known where it stands in the answer. */
type Source = Omit<RecallHit, "score" | "lexicalRank" | "vectorRank">;
type Bounds = { maxHits: number; maxTokens: number; beforeTurn?: number };

/** What one recall has read, so that no row is read twice and the reads stay bounded. */
type Reading = {
  documents: Map<string, Promise<Doc<"documents"> | null>>;
  openThreads: Map<string, Promise<boolean>>;
  bytes: number;
};

/**
 * The best candidates with their texts, within the token budget. Reads a text only when its turn comes, and leaves
 * out what is no longer there: replaced chunks, removed threads, messages that are not complete. A text too long for
 * the rest of the budget is passed over; the very first is cut instead, so that a small budget is never empty.
 */
export async function readHits(
  ctx: QueryCtx,
  candidates: Candidate[],
  { reach, ...bounds }: Bounds & { reach: Reach },
): Promise<RecallHit[]> {
  const reading: Reading = { documents: new Map(), openThreads: new Map(), bytes: 0 };
  const hits: RecallHit[] = [];
  let left = bounds.maxTokens;
  let misfits = 0;
  for (const candidate of candidates) {
    const isFull = hits.length >= bounds.maxHits || left <= 0 || misfits >= RECALL_MAX_MISFITS;
    if (isFull || reading.bytes > RECALL_READ_MAX_BYTES) break;
    const source = await readSource(ctx, candidate, { reach, reading, beforeTurn: bounds.beforeTurn });
    if (source === null) continue;
    const fitting = fit(source, left, hits.length === 0);
    if (fitting === null) {
      misfits += 1;
      continue;
    }
    const { score, lexicalRank, vectorRank } = candidate;
    hits.push({ ...fitting, score, lexicalRank, vectorRank });
    left -= fitting.tokens;
  }
  return hits;
}

type Lookup = { reach: Reach; reading: Reading; beforeTurn: number | undefined };

async function readSource(ctx: QueryCtx, { entry }: Candidate, lookup: Lookup): Promise<Source | null> {
  const found = "kind" in entry ? entry : await entryOfVector(ctx, entry.vectorId);
  if (found === null || !reaches(lookup.reach, found)) return null;
  switch (found.kind) {
    case "chunk":
      return await readChunk(ctx, found, lookup);
    case "message":
      return await readMessage(ctx, found, lookup);
    case "fact":
      return null;
  }
}

/** A chunk of the generation that readers see; others are waiting for their turn or for the sweep. */
async function readChunk(ctx: QueryCtx, entry: Entry, { reading }: Lookup): Promise<Source | null> {
  const { documentId } = entry;
  const chunkId = ctx.db.normalizeId("chunks", entry.sourceId);
  if (documentId === undefined || chunkId === null) return null;
  const document = await once(reading.documents, documentId, () => ctx.db.get("documents", documentId));
  if (document === null || document.generation !== entry.generation) return null;
  const chunk = await ctx.db.get("chunks", chunkId);
  if (chunk === null) return null;
  reading.bytes += getDocumentSize(chunk);
  const { heading, text, tokens } = chunk;
  const citation = heading === "" ? `[${document.key}]` : `[${document.key} › ${heading}]`;
  return { kind: "chunk", sourceId: chunkId, text, citation, tokens, documentKey: document.key, heading };
}

/** A complete message before the turn that asks, in a thread that is still open. */
async function readMessage(ctx: QueryCtx, entry: Entry, lookup: Lookup): Promise<Source | null> {
  const messageId = ctx.db.normalizeId("messages", entry.sourceId);
  const message = messageId === null ? null : await ctx.db.get("messages", messageId);
  if (message === null) return null;
  lookup.reading.bytes += getDocumentSize(message);
  const { threadId, turn, step, state } = message;
  if (state !== undefined && state.kind !== "complete") return null;
  const isHere = threadId === lookup.reach.thread?.threadId;
  if (isHere && turn >= (lookup.beforeTurn ?? Infinity)) return null;
  const isThere = isHere || (await once(lookup.reading.openThreads, threadId, () => isOpen(ctx, threadId)));
  if (!isThere) return null;
  const text = cutToBytes(textOf(message.parts), RECALL_TEXT_MAX_BYTES).trim();
  if (text === "") return null;
  const citation = `[message ${turn}.${step}]`;
  return { kind: "message", sourceId: message._id, text, citation, tokens: estimateTokens(text), threadId };
}

/** A thread that is being removed answers no more, whatever its sweep has still to delete. */
async function isOpen(ctx: QueryCtx, threadId: Id<"threads">): Promise<boolean> {
  const head = await findHead(ctx, threadId);
  return head !== null && head.removing !== true;
}

function once<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  read: () => Promise<Value>,
): Promise<Value> {
  const value = known.get(key) ?? read();
  known.set(key, value);
  return value;
}

/** The source if it fits what is left, cut if it is the first and must, or null. */
function fit(source: Source, tokensLeft: number, isFirst: boolean): Source | null {
  if (source.tokens <= tokensLeft) return source;
  if (!isFirst) return null;
  const text = cutToTokens(source.text, tokensLeft);
  return text === "" ? null : { ...source, text, tokens: estimateTokens(text) };
}

/** The longest start of a text within `tokens`, by the estimate; never ends inside a character. */
function cutToTokens(text: string, tokens: number): string {
  let quarters = tokensToQuarters(tokens);
  let end = 0;
  for (const character of text) {
    quarters -= tokenQuarters(character);
    if (quarters < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
