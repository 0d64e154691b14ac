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
  const open: OpenCalls = { unanswered: new Map(), waiting: new Set() };
  const calls: Calls = { open: new Set(), askedBy: new Map() };
  for (const message of messages)
    for (const part of message.parts) {
      if (part.type === "toolCall" || part.type === "toolResult") noteTool(calls, open, { message, part });
      else if (part.type === "approvalRequest" && isOfProvider(message, part.callId))
        open.waiting.add(part.callId);
    }
  for (const [callId, message] of open.unanswered) if (!open.waiting.has(callId)) calls.open.add(message);
  return calls;
}

/** `waiting`: for an answer to their provider's question, which may come in a later turn. */
type OpenCalls = { unanswered: Map<string, Message>; waiting: Set<string> };
type Noted = { message: Message; part: PartOf<"toolCall" | "toolResult"> };

function noteTool(calls: Calls, { unanswered, waiting }: OpenCalls, { message, part }: Noted): void {
  const asking = unanswered.get(part.callId);
  const isWaiting = waiting.delete(part.callId);
  unanswered.delete(part.callId);
  if (part.type === "toolCall") unanswered.set(part.callId, message);
  if (asking === undefined) return;
  if (part.type === "toolResult") calls.askedBy.set(part, asking);
  else if (!isWaiting) calls.open.add(asking);
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
