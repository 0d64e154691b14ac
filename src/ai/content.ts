import type { ContentPart, ToolSet } from "ai";
import type { Part, PartOf } from "../client/index.js";
import type { EncodeOptions } from "../parts/codec.js";
import { fromContent } from "../parts/responseContent.js";

/**
 * The content of one answer as the parts of a message. Its calls have ids of their own: a model that repeats one
 * would get one result for two calls.
 */
export function answerParts(content: readonly ContentPart<ToolSet>[], options: EncodeOptions = {}): Part[] {
  const nextCallId = callIdCopies();
  const results = new Map<string, number>();
  const parts: Part[] = [];
  for (const part of fromContent(content, options)) {
    const before = part.type === "toolResult" ? results.get(part.callId) : undefined;
    if (part.type === "toolResult" && before === undefined) results.set(part.callId, parts.length);
    // A provider may give a result several times until it is final; the SDK does not always say which is.
    if (before !== undefined) parts[before] = part;
    else parts.push(isOurs(part) ? { ...part, callId: nextCallId(part.callId) } : part);
  }
  return parts;
}

const isOurs = (part: Part): part is PartOf<"toolCall"> =>
  part.type === "toolCall" && part.providerExecuted !== true;

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
