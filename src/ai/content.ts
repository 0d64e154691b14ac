import type { ContentPart, ToolSet } from "ai";
import type { Part } from "../client/index.js";
import { fromContent } from "../parts/responseContent.js";
import { CONTEXT_PART_MAX_BYTES } from "../shared/limits.js";
import { bodyOf, withBody } from "../shared/partBodies.js";
import { cutToBytes, utf8Bytes } from "../shared/utf8.js";

/**
 * The content of one answer as the parts of a message. Its calls have ids of their own: a model that repeats one
 * would get one result for two calls.
 */
export function answerParts(content: readonly ContentPart<ToolSet>[]): Part[] {
  const callIds = new Set<string>();
  return fromContent(content).map((part) => {
    if (part.type !== "toolCall" || part.providerExecuted === true) return part;
    let { callId } = part;
    for (let copy = 2; callIds.has(callId); copy++) callId = `${part.callId}#${copy}`;
    callIds.add(callId);
    return { ...part, callId };
  });
}

/** A long part as a context of the component would hold it: its start, and how long the whole is. */
export function shortenForModel(part: Part): Part {
  const body = bodyOf(part) ?? "";
  const bytes = utf8Bytes(body);
  if (bytes <= CONTEXT_PART_MAX_BYTES) return part;
  return withBody(part, cutToBytes(body, CONTEXT_PART_MAX_BYTES), { bytes, hash: "", pieces: 0 });
}
