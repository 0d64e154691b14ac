import { READ_AROUND_MAX_CHUNKS, READ_AROUND_MAX_NEIGHBOURS } from "../../shared/limits.js";
import { estimateTokens } from "../../shared/tokens.js";
import type { ChunkSpan } from "../../validators/document.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { findCurrentChunk } from "./documentReads.js";

type AroundArgs = { caller: Caller; chunkIds: string[]; neighbours: number };
/** Chunks of one document to read as one text. */
type Range = { document: Doc<"documents">; from: number; to: number; chunkIds: Id<"chunks">[] };

/**
 * The chunks with their neighbours, of the generation that readers see, as contiguous texts: what overlaps or touches
 * is one. In the order of the chunk that was asked for first. Ids that lead to no chunk of the caller, and those of
 * replaced generations, are passed over.
 */
export async function readAround(ctx: QueryCtx, args: AroundArgs): Promise<{ spans: ChunkSpan[] }> {
  checkAround(args);
  const ranges: Range[] = [];
  for (const chunkId of new Set(args.chunkIds)) {
    const found = await findCurrentChunk(ctx, args.caller, chunkId);
    if (found === null) continue;
    const { chunk, document } = found;
    const from = Math.max(0, chunk.index - args.neighbours);
    const to = Math.min(document.chunks - 1, chunk.index + args.neighbours);
    ranges.push({ document, from, to, chunkIds: [chunk._id] });
  }
  const spans: ChunkSpan[] = [];
  for (const range of merged(ranges)) spans.push(await readSpan(ctx, range));
  return { spans };
}

function checkAround({ chunkIds, neighbours }: AroundArgs): void {
  if (chunkIds.length > READ_AROUND_MAX_CHUNKS) {
    throw memoryError("INVALID_ARGUMENT", `\`chunkIds\` may name ${READ_AROUND_MAX_CHUNKS} chunks at most.`, {
      chunks: chunkIds.length,
    });
  }
  if (Number.isInteger(neighbours) && neighbours >= 0 && neighbours <= READ_AROUND_MAX_NEIGHBOURS) return;
  throw memoryError(
    "INVALID_ARGUMENT",
    `\`neighbours\` must be an integer from 0 to ${READ_AROUND_MAX_NEIGHBOURS}.`,
    { field: "neighbours" },
  );
}

/** Ranges of one document that overlap or touch become one, at the place of the first. */
function merged(ranges: Range[]): Range[] {
  const apart: Range[] = [];
  for (const range of ranges) {
    // What was apart may be joined by this one: each is taken in, and the first keeps its place.
    const joined = apart.filter((other) => touches(other, range));
    const first = joined[0];
    if (first === undefined) {
      apart.push({ ...range });
      continue;
    }
    for (const other of [...joined.slice(1), range]) {
      first.from = Math.min(first.from, other.from);
      first.to = Math.max(first.to, other.to);
      first.chunkIds = [...first.chunkIds, ...other.chunkIds];
      if (other !== range) apart.splice(apart.indexOf(other), 1);
    }
  }
  return apart;
}

const touches = (one: Range, other: Range): boolean =>
  one.document._id === other.document._id && one.from <= other.to + 1 && other.from <= one.to + 1;

async function readSpan(ctx: QueryCtx, { document, from, to, chunkIds }: Range): Promise<ChunkSpan> {
  const { _id: documentId, key: documentKey, generation, title } = document;
  const chunks = ctx.db
    .query("chunks")
    .withIndex("by_document", (q) =>
      q.eq("documentId", documentId).eq("generation", generation).gte("index", from).lte("index", to),
    );
  const asked = new Set<string>(chunkIds);
  const inOrder: string[] = [];
  const headings = new Set<string>();
  let text = "";
  for await (const chunk of chunks) {
    text += chunk.index === from ? chunk.text : `${chunk.joint ?? "\n\n"}${chunk.text}`;
    if (chunk.heading !== "") headings.add(chunk.heading);
    if (asked.has(chunk._id)) inOrder.push(chunk._id);
  }
  const place = { documentId, documentKey, ...(title === undefined ? {} : { title }), from, to };
  return { ...place, headings: [...headings], text, tokens: estimateTokens(text), chunkIds: inOrder };
}
