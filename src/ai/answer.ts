import type { BoundMemory, Message, Part, QueryCtx } from "../client/index.js";
import { textOf } from "../shared/messageText.js";
import { callsToRun } from "../shared/toolGroups.js";

/** Messages read at once while looking for a turn from the thread's end. */
const PAGE_MESSAGES = 50;
/** Pages looked through: an answer that is older than this is not looked for. */
const MAX_PAGES = 40;

type Where = { threadId: string; turn: number; runId: string };

/** What a run said last, in words; an empty text when it said nothing. */
export async function readAnswer(ctx: QueryCtx, memory: BoundMemory, where: Where): Promise<string> {
  return (await readLastWords(ctx, memory, where)).text;
}

/** The same; `isAnswer` unless it asked for something, so that it is what it says on the way. */
export async function readLastWords(
  ctx: QueryCtx,
  memory: BoundMemory,
  where: Where,
): Promise<{ text: string; isAnswer: boolean }> {
  const message = await findLast(ctx, memory, where);
  if (message === null) return { text: "", isAnswer: false };
  return { text: await wholeText(ctx, memory, message), isAnswer: isLastAnswer(message.parts) };
}

/** True for an answer that asks for nothing more: neither a tool nor whether its provider may run one. */
export const isLastAnswer = (parts: readonly Part[]): boolean =>
  callsToRun(parts).length === 0 && !parts.some(({ type }) => type === "approvalRequest");

async function findLast(
  ctx: QueryCtx,
  memory: BoundMemory,
  { threadId, turn, runId }: Where,
): Promise<Message | null> {
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const found: Awaited<ReturnType<typeof memory.messages.list>> = await memory.messages.list(ctx, {
      threadId,
      cursor,
      limit: PAGE_MESSAGES,
      order: "desc",
    });
    for (const message of found.page) {
      if (message.turn < turn) return null;
      if (message.runId === runId && message.role === "assistant") return message;
    }
    if (found.cursor === null) return null;
    cursor = found.cursor;
  }
  return null;
}

/** The words of a message; those that are too long for its row are read from where they lie. */
async function wholeText(ctx: QueryCtx, memory: BoundMemory, { messageId, parts }: Message): Promise<string> {
  const whole = parts.map(async (part, index): Promise<Part> => {
    if (part.type !== "text" || part.payload === undefined) return part;
    return { ...part, text: await memory.messages.read(ctx, { messageId, part: index }) };
  });
  return textOf(await Promise.all(whole));
}
