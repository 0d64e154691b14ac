import type { Part, PartOf } from "../validators/content.js";
import type { ShownApproval } from "./codec.js";

/** Which result answers which call, and what was asked and answered about it. */
export type ToolPairs = {
  resultOf: Map<Part, PartOf<"toolResult">>;
  callOf: Map<Part, PartOf<"toolCall">>;
  /** By call. */
  approvalOf: Map<Part, ShownApproval>;
  /** By request. */
  responseOf: Map<Part, PartOf<"approvalResponse">>;
};

/**
 * Pairs calls with their results over messages in order. A result answers the last call of its id before it, once:
 * some models number their calls anew in each turn.
 */
export function pairTools(messages: readonly { parts: readonly Part[] }[]): ToolPairs {
  const pairs: ToolPairs = {
    resultOf: new Map(),
    callOf: new Map(),
    approvalOf: new Map(),
    responseOf: new Map(),
  };
  const unanswered = new Map<string, PartOf<"toolCall">>();
  const asked = new Map<string, ShownApproval>();
  for (const { parts } of messages)
    for (const part of parts) {
      if (part.type === "approvalRequest") noteRequest(pairs, part, { unanswered, asked });
      if (part.type === "approvalResponse") noteResponse(pairs, part, asked);
      if (part.type === "toolCall") unanswered.set(part.callId, part);
      const call = part.type === "toolResult" ? unanswered.get(part.callId) : undefined;
      if (part.type !== "toolResult" || call === undefined) continue;
      unanswered.delete(part.callId);
      pairs.resultOf.set(call, part);
      pairs.callOf.set(part, call);
    }
  return pairs;
}

type Open = { unanswered: Map<string, PartOf<"toolCall">>; asked: Map<string, ShownApproval> };

/** A request stands behind the call that it is about. */
function noteRequest(
  { approvalOf }: ToolPairs,
  request: PartOf<"approvalRequest">,
  { unanswered, asked }: Open,
): void {
  const call = unanswered.get(request.callId);
  if (call === undefined) return;
  const approval: ShownApproval = { request };
  asked.set(request.approvalId, approval);
  approvalOf.set(call, approval);
}

/** The first answer counts. */
function noteResponse(
  { responseOf }: ToolPairs,
  response: PartOf<"approvalResponse">,
  asked: Map<string, ShownApproval>,
): void {
  const approval = asked.get(response.approvalId);
  if (approval === undefined) return;
  asked.delete(response.approvalId);
  approval.response = response;
  responseOf.set(approval.request, response);
}
