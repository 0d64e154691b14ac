import { getConvexSize } from "convex/values";
import type { Part, PartOf } from "../validators/content.js";
import {
  CONTEXT_PART_MAX_BYTES,
  CONTEXT_WHOLE_MAX_BYTES,
  INLINE_PART_MAX_BYTES,
  MESSAGE_INLINE_MAX_BYTES,
  MESSAGE_PREVIEWS_MAX_BYTES,
  PREVIEW_BYTES,
} from "./limits.js";
import { estimateTokens } from "./tokens.js";
import { cutToBytes, utf8Bytes } from "./utf8.js";

/** A part that says something of any length: its body may move to `payloads`. */
export type LongPart = PartOf<"text" | "reasoning" | "toolCall" | "toolResult" | "data">;

/** The stored files that a part holds. */
export function storedFilesOf(part: Part): readonly string[] {
  if (part.type === "toolResult") return part.files ?? [];
  if (part.type !== "file" && part.type !== "reasoningFile") return [];
  return part.file.kind === "stored" ? [part.file.fileId] : [];
}

/** Bytes below which moving a body saves nothing: its hash and counts take about as many. */
const MOVED_BODY_MIN_BYTES = 256;

/** True for a part that has a body. */
export const isLongPart = (part: Part): part is LongPart => bodyOf(part) !== null;

/** The body of a part; null for those that only name something. */
export function bodyOf(part: Part): string | null {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text;
    case "toolCall":
      return part.input;
    case "toolResult":
      return part.output;
    case "data":
      return part.data;
    case "file":
    case "reasoningFile":
    case "source":
    case "custom":
    case "approvalRequest":
    case "approvalResponse":
      return null;
  }
}

/** The same part with another body; `payload` tells where the whole one lies, without it the body is whole. */
export function withBody(part: Part, body: string, payload?: LongPart["payload"]): Part {
  if (!isLongPart(part)) return part;
  const { payload: _before, ...kept } = part;
  const rest = payload === undefined ? {} : { payload };
  switch (kept.type) {
    case "text":
    case "reasoning":
      return { ...kept, text: body, ...rest };
    case "toolCall":
      return { ...kept, input: body, ...rest };
    case "toolResult":
      return { ...kept, output: body, ...rest };
    case "data":
      return { ...kept, data: body, ...rest };
  }
}

/** The tokens of what stands in the row, which is what a context holds. No model is shown an app's own data. */
export function tokensOf(parts: readonly Part[]): number {
  let tokens = 0;
  for (const part of parts) if (part.type !== "data") tokens += estimateTokens(bodyOf(part) ?? "");
  return tokens;
}

/** Which parts' bodies leave the row: those over 16 KiB, then the longest until the rest fits. */
export function chooseLongParts(parts: readonly Part[]): Set<number> {
  const bodies = parts
    .map((part, index) => ({ index, bytes: utf8Bytes(bodyOf(part) ?? "") }))
    .sort((left, right) => right.bytes - left.bytes || left.index - right.index);
  let inlineBytes = getConvexSize([...parts]);
  const long = new Set<number>();
  for (const { index, bytes } of bodies) {
    const fits = bytes <= INLINE_PART_MAX_BYTES && inlineBytes <= MESSAGE_INLINE_MAX_BYTES;
    if (fits || bytes < MOVED_BODY_MIN_BYTES) break;
    long.add(index);
    inlineBytes -= bytes - Math.min(PREVIEW_BYTES, MOVED_BODY_MIN_BYTES);
  }
  return long;
}

/** How much of each long part stays in the row, so that the previews of many still fit. */
export const previewBytes = (longParts: number): number =>
  Math.min(PREVIEW_BYTES, Math.floor(MESSAGE_PREVIEWS_MAX_BYTES / Math.max(1, longParts)));

/** A part as a context of its own turn holds it: at most its first `CONTEXT_PART_MAX_BYTES`, and how long the whole is. */
export function shortenForModel(part: Part, maxBytes = CONTEXT_PART_MAX_BYTES): Part {
  const body = bodyOf(part) ?? "";
  const bytes = utf8Bytes(body);
  if (bytes <= maxBytes) return part;
  return withBody(part, cutToBytes(body, maxBytes), { bytes, hash: "", pieces: 0 });
}

/**
 * Which parts of a message leave its row, and how many of their bytes are shown: a context that is rebuilt from rows
 * must show as many.
 */
export const longShown = (whole: readonly Part[], shown: readonly Part[]): [part: number, bytes: number][] =>
  [...chooseLongParts(whole)]
    .sort((left, right) => left - right)
    .flatMap((index): [number, number][] => {
      const part = shown[index];
      return part === undefined ? [] : [[index, utf8Bytes(bodyOf(part) ?? "")]];
    });

/** The parts of one message so; of long ones beyond `CONTEXT_WHOLE_MAX_BYTES` together only the starts. */
export function shortenAllForModel(parts: readonly Part[]): Part[] {
  let bytesLeft = CONTEXT_WHOLE_MAX_BYTES;
  return parts.map((part) => {
    const bytes = Math.min(utf8Bytes(bodyOf(part) ?? ""), CONTEXT_PART_MAX_BYTES);
    if (bytes <= INLINE_PART_MAX_BYTES) return part;
    if (bytes > bytesLeft) return shortenForModel(part, PREVIEW_BYTES);
    bytesLeft -= bytes;
    return shortenForModel(part);
  });
}
