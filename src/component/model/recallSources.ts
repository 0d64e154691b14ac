import { getDocumentSize } from "convex/values";
import { RECALL_READ_MAX_BYTES, RECALL_TEXT_MAX_BYTES } from "../../shared/limits.js";
import { textOf } from "../../shared/messageText.js";
import { once } from "../../shared/once.js";
import { estimateTokens } from "../../shared/tokens.js";
import type { Piece } from "../../shared/recallSpans.js";
import { cutToBytes } from "../../shared/utf8.js";
import type { RecallHit } from "../../validators/recall.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { passes } from "./documentFilter.js";
import { holdsNow } from "./factRows.js";
import type { Reach } from "./recallReach.js";
import { isOpenThread } from "./threadAccess.js";

type Entry = Doc<"recallEntries">;

/** What an entry leads to, before it is known where it stands in the answer. */
export type Source = Omit<RecallHit, "score" | "lexicalRank" | "vectorRank" | "why" | "sourceIds"> & {
  /** Its place among what stands around it. */
  order: number;
};

/** What one recall reads: no row twice, and all within bounds. */
export type Reading = {
  reach: Reach;
  /** Turns, or chunks, to show on each side of a hit. */
  neighbours: number;
  documents: Map<string, Promise<Doc<"documents"> | null>>;
  openThreads: Map<string, Promise<boolean>>;
  bytes: number;
};

/** Rows that are read around one hit at most: a turn with tools has many. */
const AROUND_MAX_ROWS = 64;
/** Steps of one turn fit below it: a place as one number. */
const STEPS_PER_TURN = 100_000;

/** True when a recall has read as much as it may. */
export const isExhausted = ({ bytes }: Reading): boolean => bytes > RECALL_READ_MAX_BYTES;

/** The text that an entry leads to; null when it is not to be shown any more. */
export async function readSource(ctx: QueryCtx, entry: Entry, reading: Reading): Promise<Source | null> {
  switch (entry.kind) {
    case "chunk":
      return await readChunk(ctx, entry, reading);
    case "message":
      return await readMessage(ctx, entry, reading);
    case "fact":
      return await readFact(ctx, entry, reading);
  }
}

/** A chunk of the generation that readers see; others are waiting for their turn or for the sweep. */
async function readChunk(ctx: QueryCtx, entry: Entry, reading: Reading): Promise<Source | null> {
  const { documentId } = entry;
  const chunkId = ctx.db.normalizeId("chunks", entry.sourceId);
  if (documentId === undefined || chunkId === null) return null;
  const document = await once(reading.documents, documentId, () => ctx.db.get("documents", documentId));
  if (document === null || document.generation !== entry.generation) return null;
  if (!passes(document, reading.reach.tags)) return null;
  const chunk = await ctx.db.get("chunks", chunkId);
  if (chunk === null) return null;
  reading.bytes += getDocumentSize(chunk);
  const { heading, text, tokens, index } = chunk;
  const citation = heading === "" ? `[${document.key}]` : `[${document.key} › ${heading}]`;
  const named = { citation, documentKey: document.key, heading };
  return { kind: "chunk", sourceId: chunkId, text, tokens, at: entry.at, order: index, ...named };
}

/** A fact that holds now. */
async function readFact(ctx: QueryCtx, entry: Entry, reading: Reading): Promise<Source | null> {
  const factId = ctx.db.normalizeId("facts", entry.sourceId);
  const fact = factId === null ? null : await ctx.db.get("facts", factId);
  if (fact === null) return null;
  reading.bytes += getDocumentSize(fact);
  if (!holdsNow(fact)) return null;
  const { text, validFrom } = fact;
  const citation = fact.key === undefined ? "[fact]" : `[fact ${fact.key}]`;
  const place = fact.threadId === undefined ? {} : { threadId: fact.threadId };
  const tokens = estimateTokens(text);
  return {
    kind: "fact",
    sourceId: fact._id,
    text,
    citation,
    tokens,
    at: entry.at,
    order: validFrom,
    ...place,
  };
}

/** A complete message in a thread that is still open. */
async function readMessage(ctx: QueryCtx, entry: Entry, reading: Reading): Promise<Source | null> {
  const messageId = ctx.db.normalizeId("messages", entry.sourceId);
  const message = messageId === null ? null : await ctx.db.get("messages", messageId);
  if (message === null) return null;
  reading.bytes += getDocumentSize(message);
  const { threadId, turn, step } = message;
  const text = wordsOf(message);
  if (text === "") return null;
  const isHere = threadId === reading.reach.thread?.threadId;
  if (!isHere && !(await once(reading.openThreads, threadId, () => isOpenThread(ctx, threadId)))) return null;
  const { role, speaker } = message;
  const said = { role, ...(speaker === undefined ? {} : { speaker }), at: entry.at, threadId };
  const shown = reading.neighbours > 0 ? labelled(message, text) : text;
  const size = { text: shown, tokens: estimateTokens(shown) };
  const citation = `[message ${turn}.${step}]`;
  return { kind: "message", sourceId: message._id, citation, order: placeOf(message), ...size, ...said };
}

const placeOf = ({ turn, step }: Doc<"messages">): number => turn * STEPS_PER_TURN + step;

/** What a complete message says in words. */
function wordsOf({ state, parts }: Doc<"messages">): string {
  if (state !== undefined && state.kind !== "complete") return "";
  return cutToBytes(textOf(parts), RECALL_TEXT_MAX_BYTES).trim();
}

/** Among others it must be told who said it. */
const labelled = ({ role, speaker }: Doc<"messages">, text: string): string => `${speaker ?? role}: ${text}`;

/** What stands around a hit, nearest first, without the hit itself. */
export async function readAround(
  ctx: QueryCtx,
  { entry, source }: { entry: Entry; source: Source },
  reading: Reading,
): Promise<Piece[]> {
  if (reading.neighbours === 0) return [];
  const around =
    entry.kind === "chunk"
      ? await chunksAround(ctx, entry, { source, reading })
      : entry.kind === "message"
        ? await messagesAround(ctx, entry, reading)
        : [];
  const distance = (piece: Piece) => Math.abs(piece.order - source.order);
  return around
    .filter(({ sourceId }) => sourceId !== source.sourceId)
    .toSorted((left, right) => distance(left) - distance(right));
}

async function chunksAround(
  ctx: QueryCtx,
  { documentId, generation }: Entry,
  { source, reading }: { source: Source; reading: Reading },
): Promise<Piece[]> {
  if (documentId === undefined || generation === undefined) return [];
  const { neighbours } = reading;
  const chunks = await ctx.db
    .query("chunks")
    .withIndex("by_document", (q) =>
      q
        .eq("documentId", documentId)
        .eq("generation", generation)
        .gte("index", source.order - neighbours)
        .lte("index", source.order + neighbours),
    )
    .take(2 * neighbours + 1);
  reading.bytes += chunks.reduce((sum, chunk) => sum + getDocumentSize(chunk), 0);
  return chunks.map(({ _id, index, text, tokens }) => ({ sourceId: _id, order: index, text, tokens }));
}

async function messagesAround(ctx: QueryCtx, { threadId, turn }: Entry, reading: Reading): Promise<Piece[]> {
  if (threadId === undefined || turn === undefined) return [];
  const { neighbours, reach } = reading;
  const isHere = threadId === reach.thread?.threadId;
  const lastTurn = isHere ? (reach.within.beforeTurn ?? Infinity) - 1 : Infinity;
  const rows = ctx.db.query("messages").withIndex("by_place", (q) =>
    q
      .eq("threadId", threadId)
      .gte("turn", turn - neighbours)
      .lte("turn", Math.min(turn + neighbours, lastTurn)),
  );
  const pieces: Piece[] = [];
  let looked = 0;
  for await (const message of rows) {
    reading.bytes += getDocumentSize(message);
    looked += 1;
    pieces.push(...pieceOf(message, reach));
    if (looked >= AROUND_MAX_ROWS || isExhausted(reading)) break;
  }
  return pieces;
}

/** What a message beside a hit adds: nothing where it has no words, or is of a time that the question leaves out. */
function pieceOf(message: Doc<"messages">, { within }: Reach): Piece[] {
  const { after = -Infinity, before = Infinity } = within;
  const at = message.saidAt ?? message._creationTime;
  const isSaid = message.role === "user" || message.role === "assistant";
  const text = isSaid && at >= after && at < before ? wordsOf(message) : "";
  if (text === "") return [];
  const shown = labelled(message, text);
  return [{ sourceId: message._id, order: placeOf(message), text: shown, tokens: estimateTokens(shown) }];
}
