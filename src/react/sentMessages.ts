import { comparePositions, PROMPT_STEP } from "../shared/position.js";
import type { Part } from "../validators/content.js";
import type { Message } from "../validators/message.js";
import type { MessagePage } from "./threadApi.js";

/** How the id of a message begins that is on its way; what follows is its `operationId`. */
const SENDING = "sending:";

/** True for a message that is shown before the server has it. */
export const isSending = ({ messageId }: Pick<Message, "messageId">): boolean =>
  messageId.startsWith(SENDING);

/** A prompt that is on its way. */
export type SentPrompt = {
  threadId: string;
  prompt: string | Part[];
  operationId: string;
  sentAt: number;
};

/** The newest page with a prompt that is on its way: behind all that is there. */
export function withSending(page: MessagePage, prompt: SentPrompt): MessagePage {
  const last = page.page.reduce((turn, message) => Math.max(turn, message.turn), -1);
  const { threadId, operationId, sentAt } = prompt;
  const parts: Part[] =
    typeof prompt.prompt === "string" ? [{ type: "text", text: prompt.prompt }] : prompt.prompt;
  const message: Message = {
    ...{ messageId: SENDING + operationId, threadId, turn: last + 1, step: PROMPT_STEP },
    ...{ role: "user", parts },
    ...{ state: { kind: "complete" }, tokens: 0, createdAt: sentAt },
  };
  return { ...page, page: [message, ...page.page] };
}

/** Under which id a message is shown that was shown already while it was on its way, by the id of its row. */
export type SentKeys = Readonly<Record<string, string>>;

/** What is known of a thread before a page came, and that page. */
type Arrival = { known: readonly Message[]; page: readonly Message[] };

/**
 * The ids of sent messages once more rows are there. A row does not say which call wrote it: it is the one with the
 * words of a message that was on its way, those first that are on their way no more. Of these, what came with other
 * words (an app may change what it writes) is taken in order. A message whose row is there while it still counts as on
 * its way, as after a lost connection, is claimed by the row as well: it is not to be shown twice.
 */
export function keysOfSent(keys: SentKeys, { known, page }: Arrival): SentKeys {
  const isClaimed = new Set(Object.values(keys));
  const isKnown = new Set(known.map(({ messageId }) => messageId));
  const arrived = page.filter(({ role, messageId }) => role === "user" && !isKnown.has(messageId));
  const rows = arrived.filter((message) => !isSending(message)).sort(comparePositions);
  const open = known
    .filter((message) => isSending(message) && !isClaimed.has(message.messageId))
    .sort(comparePositions);
  if (rows.length === 0 || open.length === 0) return keys;
  const stays = new Set(page.map(({ messageId }) => messageId));
  const gone = open.filter(({ messageId }) => !stays.has(messageId));
  const staying = open.filter(({ messageId }) => stays.has(messageId));
  const found = { ...keys };
  const left = claim(found, { rows, sent: [...gone, ...staying], fits: hasSameWords });
  claim(found, {
    rows: left,
    sent: gone.filter(({ messageId }) => !Object.values(found).includes(messageId)),
    fits: () => true,
  });
  return found;
}

type Claim = { rows: Message[]; sent: Message[]; fits: (sent: Message, row: Message) => boolean };

/** Gives each sent message the first row that fits, and the rows that are left. */
function claim(keys: Record<string, string>, { rows, sent, fits }: Claim): Message[] {
  const left = [...rows];
  for (const message of sent) {
    const index = left.findIndex((row) => fits(message, row));
    if (index === -1) continue;
    for (const row of left.splice(index, 1)) keys[row.messageId] = message.messageId;
  }
  return left;
}

/** Of a long text the row shows the start alone. */
const hasSameWords = (sent: Message, row: Message): boolean => {
  const words = wordsOf(row);
  return words !== "" && (isCut(row) ? wordsOf(sent).startsWith(words) : wordsOf(sent) === words);
};

const isCut = ({ parts }: Message): boolean =>
  parts.some((part) => part.type === "text" && part.payload !== undefined);

const wordsOf = ({ parts }: Message): string =>
  parts
    .map((part) => (part.type === "text" ? part.text : ""))
    .join("")
    .trim();
