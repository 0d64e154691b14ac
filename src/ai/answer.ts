import type { BoundMemory, Message, Part, QueryCtx } from "../client/index.js";
import { textOf } from "../shared/messageText.js";

/** Messages read at once while looking for a turn from the thread's end. */
const PAGE_MESSAGES = 50;
/** Pages looked through: an answer that is older than this is not looked for. */
const MAX_PAGES = 40;

/** What a run said last, in words; an empty text when it said nothing. */
export async function readAnswer(
  ctx: QueryCtx,
  memory: BoundMemory,
  { threadId, turn, runId }: { threadId: string; turn: number; runId: string },
): Promise<string> {
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const found: Awaited<ReturnType<typeof memory.messages.list>> = await memory.messages.list(ctx, {
      threadId,
      cursor,
      limit: PAGE_MESSAGES,
      order: "desc",
    });
    for (const message of found.page) {
      if (message.turn < turn) return "";
      if (message.runId === runId && message.role === "assistant")
        return await wholeText(ctx, memory, message);
    }
    if (found.cursor === null) return "";
    cursor = found.cursor;
  }
  return "";
}

/** The words of a message; those that are too long for its row are read from where they lie. */
async function wholeText(ctx: QueryCtx, memory: BoundMemory, { messageId, parts }: Message): Promise<string> {
  const whole = parts.map(async (part, index): Promise<Part> => {
    if (part.type !== "text" || part.payload === undefined) return part;
    return { ...part, text: await memory.messages.read(ctx, { messageId, part: index }) };
  });
  return textOf(await Promise.all(whole));
}
