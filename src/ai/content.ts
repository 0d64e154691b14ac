import type { ContentPart, ToolSet } from "ai";
import type { Part } from "../client/index.js";
import type { EncodeOptions } from "../parts/codec.js";
import { fromContent } from "../parts/responseContent.js";

/**
 * The content of one answer as the parts of a message. Its calls have ids of their own: a model that repeats one
 * would get one result for two calls.
 */
export function answerParts(content: readonly ContentPart<ToolSet>[], options: EncodeOptions = {}): Part[] {
  const nextCallId = callIdCopies();
  return fromContent(content, options).map((part) => {
    if (part.type !== "toolCall" || part.providerExecuted === true) return part;
    return { ...part, callId: nextCallId(part.callId) };
  });
}

/** Gives each id once: the second call of an id gets one with a number behind it. */
export function callIdCopies(): (callId: string) => string {
  const given = new Set<string>();
  return (callId) => {
    let own = callId;
    for (let copy = 2; given.has(own); copy++) own = `${callId}#${copy}`;
    given.add(own);
    return own;
  };
}
