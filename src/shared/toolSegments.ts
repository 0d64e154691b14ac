import type { Part } from "../validators/content.js";

/**
 * Cuts messages, in order, into the smallest runs that may be kept or left out as one: a call and everything up to
 * its last result stay together. A result answers the last call of its id before it.
 */
export function toolSegments<Row extends { parts: readonly Part[] }>(messages: readonly Row[]): Row[][] {
  const lastOf = messages.map((_message, index) => index);
  const asked = new Map<string, number>();
  messages.forEach(({ parts }, index) => {
    for (const part of parts) {
      if (part.type === "toolCall") asked.set(part.callId, index);
      const from = part.type === "toolResult" ? asked.get(part.callId) : undefined;
      if (from !== undefined) lastOf[from] = Math.max(lastOf[from] ?? from, index);
    }
  });
  const segments: Row[][] = [];
  let end = -1;
  messages.forEach((message, index) => {
    if (index > end) segments.push([]);
    segments.at(-1)?.push(message);
    end = Math.max(end, lastOf[index] ?? index);
  });
  return segments;
}
