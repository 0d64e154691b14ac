import type { UIMessage } from "ai";
import { comparePositions } from "../shared/position.js";
import type { Part, PartOf } from "../validators/content.js";
import type { Message, MessageState } from "../validators/message.js";
import type { OpenCall, Run } from "../validators/run.js";
import type { PartView, UIPart } from "./codec.js";
import { partToUI } from "./partToUI.js";
import { pairTools, type ToolPairs } from "./toolPairs.js";

/** What an interface knows of a message besides its parts; `state` is of the answer as a whole. */
export type MessageMetadata = {
  /**
   * In a thread that is watched: the id of the message's row, for functions that take one. `id` is another where the
   * message was shown before it was there.
   */
  messageId?: string;
  /** The prompt is on its way: the server does not have it yet. */
  isSending?: boolean;
  turn: number;
  state: MessageState;
  createdAt: number;
  author?: string;
  agentName?: string;
  runId?: string;
};

/** A message as the AI SDK's interfaces take it. Tools are `dynamic-tool` parts. */
export type ThreadMessage = UIMessage<MessageMetadata>;

/** What has been streamed so far, by the id of the message that it will be. */
export type StreamedParts = Readonly<Record<string, readonly Part[]>>;

/** What was answered to a provider's questions, by the id of the question: such an answer is a prompt of its own. */
export type Decisions = ReadonlyMap<string, PartOf<"approvalResponse">>;

export type UIOptions = Pick<PartView, "fileUrl"> & {
  /** The run of the thread, as `runs.latest` gives it: its calls that wait are shown as such. */
  run?: Pick<Run, "turn" | "waiting"> | null;
};

/** The messages that are shown as one: a prompt alone, the steps of one answer together. */
export type MessageGroup = readonly [Message, ...Message[]];

/**
 * Stored messages, in any order, as an interface shows them: one for each prompt, one for each answer with all its
 * steps and tools. The id of an answer is that of its first message, which stands from the first chunk on. `streamed`
 * takes the place of messages that are being written.
 *
 * @example toUIMessages(page).map((message) => <Bubble key={message.id} message={message} />);
 */
export function toUIMessages(
  messages: readonly Message[],
  streamed: StreamedParts = {},
  options: UIOptions = {},
): ThreadMessage[] {
  const decisions = decisionsIn(messages);
  return groupMessages(messages).map((group) => toUIMessage(group, streamed, { ...options, decisions }));
}

/** The answers to providers' questions; of one question the first counts. */
export function decisionsIn(messages: readonly Message[]): Decisions {
  const decisions = new Map<string, PartOf<"approvalResponse">>();
  for (const { parts } of [...messages].sort(comparePositions))
    for (const part of parts)
      if (part.type === "approvalResponse" && !decisions.has(part.approvalId))
        decisions.set(part.approvalId, part);
  return decisions;
}

/** The messages in order, those of one answer together. A prompt that only decides is shown where it was asked for. */
export function groupMessages(messages: readonly Message[]): MessageGroup[] {
  const groups: [Message, ...Message[]][] = [];
  const shown = messages.filter((message) => !isDecision(message));
  for (const message of shown.sort(comparePositions)) {
    const group = groups.at(-1);
    if (group !== undefined && isSameAnswer(group[0], message)) group.push(message);
    else groups.push([message]);
  }
  return groups;
}

const isDecision = ({ role, parts }: Message): boolean =>
  role === "user" && parts.length > 0 && parts.every(({ type }) => type === "approvalResponse");

/** Tools belong to the answer that asked for them. */
const SHOWN_AS = { system: "system", user: "user", assistant: "assistant", tool: "assistant" } as const;

const isAnswer = ({ role }: Message): boolean => SHOWN_AS[role] === "assistant";

const isSameAnswer = (first: Message, next: Message): boolean =>
  isAnswer(first) && isAnswer(next) && first.turn === next.turn && first.runId === next.runId;

/** The messages of one group as one; see `toUIMessages`. */
export function toUIMessage(
  group: MessageGroup,
  streamed: StreamedParts = {},
  { decisions, ...options }: UIOptions & { decisions?: Decisions } = {},
): ThreadMessage {
  const shown = group.map((message) => withStreamed(message, streamed));
  const pairs = pairTools(shown);
  for (const approval of pairs.approvalOf.values())
    approval.response ??= decisions?.get(approval.request.approvalId);
  const steps = shown.map((message) => ({ message, parts: uiParts(message, pairs, options) }));
  const head = group.find(({ role }) => role === "assistant") ?? group[0];
  return {
    id: head.messageId,
    role: SHOWN_AS[head.role],
    metadata: metadataOf(head, group),
    parts: steps.flatMap(({ message, parts }, index) =>
      index > 0 && message.role === "assistant" && parts.length > 0
        ? [{ type: "step-start" }, ...parts]
        : parts,
    ),
  };
}

function withStreamed(message: Message, streamed: StreamedParts): Message {
  const parts = message.state.kind === "streaming" ? streamed[message.messageId] : undefined;
  return parts === undefined ? message : { ...message, parts: [...parts] };
}

function uiParts(
  message: Message,
  { resultOf, callOf, approvalOf }: ToolPairs,
  options: UIOptions,
): UIPart[] {
  const { fileUrl } = options;
  const isStreaming = message.state.kind === "streaming";
  return message.parts.flatMap((part, index) => {
    const shown = partToUI(part, {
      fileUrl,
      messageId: message.messageId,
      index,
      isStreaming,
      isLast: index === message.parts.length - 1,
      result: resultOf.get(part),
      hasCall: callOf.has(part),
      waiting: waitingCall(message, part, options),
      approval: approvalOf.get(part),
    });
    return shown === null ? [] : [shown];
  });
}

/** The open call that a part is; calls of that id before it in the turn have their results. */
function waitingCall({ turn }: Message, part: Part, { run }: UIOptions): OpenCall | undefined {
  if (part.type !== "toolCall" || run?.turn !== turn) return undefined;
  return run.waiting?.calls?.find(({ callId }) => callId === part.callId);
}

/** An answer is as its last step that is not complete: being written, or failed. */
function metadataOf(head: Message, group: MessageGroup): MessageMetadata {
  const { turn, createdAt, author, agentName, runId } = head;
  return {
    turn,
    state: group.findLast(({ state }) => state.kind !== "complete")?.state ?? head.state,
    ...{ createdAt, author, agentName, runId },
  };
}
