import { getConvexSize } from "convex/values";
import { validate } from "convex-helpers/validators";
import { hashText } from "../../shared/canonicalJson.js";
import {
  CONTEXT_PART_MAX_BYTES,
  CONTEXT_WHOLE_MAX_BYTES,
  MESSAGE_INLINE_MAX_BYTES,
  MESSAGE_MAX_BYTES,
  MESSAGE_MAX_PARTS,
  PAYLOAD_PIECE_MAX_BYTES,
} from "../../shared/limits.js";
import {
  bodyOf,
  chooseLongParts,
  previewBytes,
  tokensOf,
  withBody,
  type LongPart,
} from "../../shared/partBodies.js";
import { cutToBytes, splitText, utf8Bytes } from "../../shared/utf8.js";
import { vPart, type Part } from "../../validators/content.js";
import { memoryError } from "../../validators/errors.js";
import type { Message } from "../../validators/message.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

type Payload = NonNullable<LongPart["payload"]>;
type Piece = { part: number; piece: number; text: string };

/** Parts as their row keeps them, and the pieces that move out of it. */
export type PackedParts = { parts: Part[]; pieces: Piece[] };

/** Checks parts that came from outside. A preview is refused: writing it would lose the rest of its part. */
export function parseParts(given: readonly unknown[]): Part[] {
  if (given.length > MESSAGE_MAX_PARTS)
    throw memoryError("MESSAGE_TOO_LARGE", `A message may have ${MESSAGE_MAX_PARTS} parts: split it.`, {
      parts: given.length,
    });
  return given.map(parsePart);
}

function parsePart(given: unknown, index: number): Part {
  if (!isPart(given))
    throw memoryError(
      "INVALID_ARGUMENT",
      `Part ${index} is no part of a message: check its type and its fields.`,
      {
        part: index,
      },
    );
  if (payloadOf(given) === undefined) return given;
  throw memoryError("INVALID_ARGUMENT", `Part ${index} is a preview: read the whole part first.`, {
    part: index,
  });
}

/** True for a part as `vPart` has it. */
export const isPart = (given: unknown): given is Part => validate(vPart, given);

/** Moves what is too long for the row out of it. `MESSAGE_TOO_LARGE` when even then it does not fit. */
export async function packParts(parts: readonly Part[]): Promise<PackedParts> {
  const bytes = getConvexSize([...parts]);
  if (bytes > MESSAGE_MAX_BYTES) throw tooLarge(bytes, MESSAGE_MAX_BYTES);
  const long = chooseLongParts(parts);
  const packed: PackedParts = { parts: [...parts], pieces: [] };
  for (const index of long) {
    const part = parts[index];
    const body = part === undefined ? null : bodyOf(part);
    if (part === undefined || body === null) continue;
    const texts = splitText(body, PAYLOAD_PIECE_MAX_BYTES);
    const payload = { bytes: utf8Bytes(body), hash: await hashText(body), pieces: texts.length };
    packed.parts[index] = withBody(part, cutToBytes(body, previewBytes(long.size)), payload);
    texts.forEach((text, piece) => packed.pieces.push({ part: index, piece, text }));
  }
  const inline = getConvexSize(packed.parts);
  if (inline > MESSAGE_INLINE_MAX_BYTES) throw tooLarge(inline, MESSAGE_INLINE_MAX_BYTES);
  return packed;
}

const tooLarge = (bytes: number, maxBytes: number) =>
  memoryError("MESSAGE_TOO_LARGE", "The message is too large: split it, or store what is long as a file.", {
    bytes,
    maxBytes,
  });

/** Writes the pieces of a message's long parts and gives the ids of their rows. */
export async function writePieces(
  ctx: MutationCtx,
  messageId: Id<"messages">,
  pieces: readonly Piece[],
): Promise<Id<"payloads">[]> {
  const ids: Id<"payloads">[] = [];
  for (const piece of pieces) ids.push(await ctx.db.insert("payloads", { messageId, ...piece }));
  return ids;
}

/** Where the whole body of a part lies, when its row has only a preview. */
export const payloadOf = (part: Part): Payload | undefined => ("payload" in part ? part.payload : undefined);

/** Bytes of the bodies that lie outside the row. */
export const payloadBytes = (parts: readonly Part[]): number =>
  parts.reduce((bytes, part) => bytes + (payloadOf(part)?.bytes ?? 0), 0);

/** The whole parts of a message; at most `MESSAGE_MAX_BYTES`. */
export async function wholeParts(ctx: QueryCtx, message: Doc<"messages">): Promise<Part[]> {
  const whole: Part[] = [];
  for (const [index, part] of message.parts.entries()) {
    const place = { messageId: message._id, part: index };
    whole.push(payloadOf(part) === undefined ? part : withBody(part, await readBody(ctx, place, Infinity)));
  }
  return whole;
}

/**
 * Messages as a context shows them, with the step, part and bytes of each long part that is shown further. `isCut`:
 * older ones were not read.
 */
export type ShownTurn = {
  messages: Message[];
  long: [step: number, part: number, bytes: number][];
  isCut?: boolean;
};

/**
 * The same messages with the long parts of one turn shown further: whole up to `CONTEXT_PART_MAX_BYTES`, else cut
 * there with `payload` still set. Newest first until `CONTEXT_WHOLE_MAX_BYTES` are shown.
 */
export async function wholeTurn(
  ctx: QueryCtx,
  messages: readonly Message[],
  turn: number,
): Promise<ShownTurn> {
  const shown = [...messages];
  const long: ShownTurn["long"] = [];
  let bytesLeft = CONTEXT_WHOLE_MAX_BYTES;
  for (let index = shown.length - 1; index >= 0; index--) {
    const message = shown[index];
    if (message === undefined || message.turn !== turn || payloadBytes(message.parts) === 0) continue;
    const parts = await showParts(ctx, message, bytesLeft);
    bytesLeft -= getConvexSize(parts);
    shown[index] = { ...message, parts, tokens: tokensOf(parts) };
    for (const [at, part] of parts.entries())
      if (part !== message.parts[at]) long.push([message.step, at, utf8Bytes(bodyOf(part) ?? "")]);
  }
  return { messages: shown, long };
}

/** A message with its long parts as far as a context once showed them. */
export async function showAgain(ctx: QueryCtx, message: Message, long: ShownTurn["long"]): Promise<Message> {
  const messageId = ctx.db.normalizeId("messages", message.messageId);
  const parts = [...message.parts];
  for (const [step, index, bytes] of long) {
    const part = parts[index];
    const payload = part === undefined ? undefined : payloadOf(part);
    if (step !== message.step || messageId === null || part === undefined || payload === undefined) continue;
    const body = cutToBytes(await readBody(ctx, { messageId, part: index }, bytes), bytes);
    parts[index] = withBody(part, body, payload.bytes > bytes ? payload : undefined);
  }
  return { ...message, parts };
}

async function showParts(ctx: QueryCtx, message: Message, maxBytes: number): Promise<Part[]> {
  const messageId = ctx.db.normalizeId("messages", message.messageId);
  const shown: Part[] = [];
  let bytesLeft = maxBytes;
  for (const [index, part] of message.parts.entries()) {
    const payload = payloadOf(part);
    const partBytes = Math.min(payload?.bytes ?? 0, CONTEXT_PART_MAX_BYTES);
    const isShown = payload !== undefined && messageId !== null && partBytes <= bytesLeft;
    if (isShown) {
      const body = cutToBytes(await readBody(ctx, { messageId, part: index }, partBytes), partBytes);
      shown.push(withBody(part, body, payload.bytes > partBytes ? payload : undefined));
      bytesLeft -= partBytes;
    } else shown.push(part);
  }
  return shown;
}

/** The body of a long part from its start; stops reading once it has `minBytes`. */
async function readBody(
  ctx: QueryCtx,
  place: { messageId: Id<"messages">; part: number },
  minBytes: number,
): Promise<string> {
  const texts: string[] = [];
  let bytes = 0;
  for await (const { text } of piecesFrom(ctx, { ...place, piece: 0 })) {
    texts.push(text);
    bytes += utf8Bytes(text);
    if (bytes >= minBytes) break;
  }
  return texts.join("");
}

/** The rows of a long part from one piece on, in order. */
export const piecesFrom = (
  ctx: QueryCtx,
  { messageId, part, piece }: { messageId: Id<"messages">; part: number; piece: number },
) =>
  ctx.db
    .query("payloads")
    .withIndex("by_message", (q) => q.eq("messageId", messageId).eq("part", part).gte("piece", piece));
