import type { Part, PartOf } from "../validators/content.js";
import type { Message } from "../validators/message.js";

/** Which messages hold a call that is never answered, and which message asked for each result. */
type Calls = { open: Set<Message>; askedBy: Map<Part, Message> };

/**
 * The messages, in order, of which no call lacks its result and no result its call. A message with an open call goes
 * with its reasoning and with the results of its other calls. A result answers the last call of its id before it:
 * some models number their calls anew in each turn.
 */
export function wholeToolGroups(messages: readonly Message[]): Message[] {
  const calls = findCalls(messages);
  for (const message of calls.open) spreadOpen(message, calls);
  return messages
    .filter((message) => !calls.open.has(message))
    .flatMap((message) => keepAnswers(message, calls));
}

/** A message that goes takes its results along, which opens their calls. A set gives what is added while it is read. */
function spreadOpen(message: Message, { open, askedBy }: Calls): void {
  for (const part of message.parts) {
    const asking = askedBy.get(part);
    if (asking !== undefined) open.add(asking);
  }
}

/** The message without results of calls that are not there; none when nothing else was in it. */
function keepAnswers(message: Message, { open, askedBy }: Calls): Message[] {
  const isKept = (part: Part): boolean => {
    if (part.type !== "toolResult") return true;
    const asking = askedBy.get(part);
    return asking !== undefined && !open.has(asking);
  };
  if (message.parts.every(isKept)) return [message];
  const parts = message.parts.filter(isKept);
  return parts.length === 0 ? [] : [{ ...message, parts }];
}

function findCalls(messages: readonly Message[]): Calls {
  const unanswered = new Map<string, Message>();
  const calls: Calls = { open: new Set(), askedBy: new Map() };
  const waiting = new Set<string>(); // for an answer to its provider's question, which may come in a later turn
  for (const message of messages)
    for (const part of message.parts) {
      if (part.type === "approvalRequest" && isOfProvider(message, part.callId)) waiting.add(part.callId);
      if (part.type !== "toolCall" && part.type !== "toolResult") continue;
      const asking = unanswered.get(part.callId);
      const isWaiting = waiting.delete(part.callId);
      unanswered.delete(part.callId);
      if (part.type === "toolResult" && asking !== undefined) calls.askedBy.set(part, asking);
      if (part.type === "toolCall" && asking !== undefined && !isWaiting) calls.open.add(asking);
      if (part.type === "toolCall") unanswered.set(part.callId, message);
    }
  for (const [callId, message] of unanswered) if (!waiting.has(callId)) calls.open.add(message);
  return calls;
}

const isOfProvider = ({ parts }: Message, callId: string): boolean =>
  parts.some((part) => part.type === "toolCall" && part.callId === callId && part.providerExecuted === true);

/** The calls of one message that are ours to run: a provider's own tools come with their results in it. */
export function callsToRun(parts: readonly Part[]): PartOf<"toolCall">[] {
  const answered = new Set(parts.flatMap((part) => (part.type === "toolResult" ? [part.callId] : [])));
  return parts.flatMap((part) =>
    part.type === "toolCall" && part.providerExecuted !== true && !answered.has(part.callId) ? [part] : [],
  );
}
