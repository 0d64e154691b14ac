import type { ContentPart, ToolSet } from "ai";
import type { Part } from "../client/index.js";
import { fromContent } from "../parts/responseContent.js";

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
