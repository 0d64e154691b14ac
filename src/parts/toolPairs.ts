import type { Part, PartOf } from "../validators/content.js";

/** Which result answers which call. */
export type ToolPairs = {
  resultOf: Map<Part, PartOf<"toolResult">>;
  callOf: Map<Part, PartOf<"toolCall">>;
};

/**
 * Pairs calls with their results over messages in order. A result answers the last call of its id before it, once:
 * some models number their calls anew in each turn.
 */
export function pairTools(messages: readonly { parts: readonly Part[] }[]): ToolPairs {
  const pairs: ToolPairs = { resultOf: new Map(), callOf: new Map() };
  const unanswered = new Map<string, PartOf<"toolCall">>();
  for (const { parts } of messages)
    for (const part of parts) {
      if (part.type === "toolCall") unanswered.set(part.callId, part);
      const call = part.type === "toolResult" ? unanswered.get(part.callId) : undefined;
      if (part.type !== "toolResult" || call === undefined) continue;
      unanswered.delete(part.callId);
      pairs.resultOf.set(call, part);
      pairs.callOf.set(part, call);
    }
  return pairs;
}
