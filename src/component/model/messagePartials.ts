import { MESSAGE_MAX_PARTS, PARTIAL_MAX_BYTES } from "../../shared/limits.js";
import { textOf } from "../../shared/messageText.js";
import { cutToBytes } from "../../shared/utf8.js";
import type { Part } from "../../validators/content.js";
import { isMemoryError } from "../../validators/errors.js";
import { isPart, packParts } from "./messagePayloads.js";

/**
 * What of a broken-off answer can be kept: its words and sources, as many as a message may have. Where they are too
 * large for a row the words alone, in the end as one text. Never throws: a run must end whatever was streamed.
 */
export async function partsThatFit(streamed: readonly unknown[]): Promise<Part[]> {
  const parts = streamed.filter(isPart).filter(isKept).slice(0, MESSAGE_MAX_PARTS);
  if (await fits(parts)) return parts;
  const words = parts.flatMap(withoutExtras);
  if (await fits(words)) return words;
  const text = cutToBytes(textOf(words), PARTIAL_MAX_BYTES);
  return text === "" ? [] : [{ type: "text", text }];
}

/** A call that was cut off has no result and never will: only words survive a failure. */
const isKept = (part: Part): boolean =>
  (part.type === "text" || part.type === "reasoning" || part.type === "source") && !("payload" in part);

const withoutExtras = (part: Part): Part[] =>
  part.type === "text" || part.type === "reasoning" ? [{ type: part.type, text: part.text }] : [];

async function fits(parts: readonly Part[]): Promise<boolean> {
  try {
    await packParts(parts);
    return true;
  } catch (error) {
    if (isMemoryError(error, "MESSAGE_TOO_LARGE")) return false;
    throw error;
  }
}
