import type { ExtractedFact, Unread } from "../../src/validators/extraction.js";
import { aThread, said, type TestThread } from "./aMemory.js";
import { used } from "./turns.js";

/** What a scripted call of an extraction used. */
export const usage = { ...used, purpose: "extraction" as const };

/** A private thread in which the owner said this. */
export async function aTalk(...words: string[]): Promise<TestThread> {
  const thread = await aThread({ shared: false });
  const messages = words.map((word) => said("user", word));
  if (words.length > 0)
    await thread.owner.messages.append(thread.ctx, { threadId: thread.threadId, messages });
  return thread;
}

/** What was not read of it yet. */
export const read = ({ owner, ctx, threadId }: TestThread) => owner.extraction.read(ctx, { threadId });

/** Commits what a reading gave, with a fact for each text that rests on the reading's first message unless told. */
export function commit(
  { owner, ctx, threadId }: TestThread,
  unread: Unread,
  facts: (string | Partial<ExtractedFact>)[],
) {
  const { from, to, readAt, isLast, messages } = unread;
  const found = facts.map((fact): ExtractedFact => ({
    text: "",
    messageIds: [messages[0]?.messageId ?? ""],
    ...(typeof fact === "string" ? { text: fact } : fact),
  }));
  const place = { threadId, from, to: to ?? { turn: 0, step: 0 }, readAt, isLast };
  return owner.extraction.commit(ctx, { ...place, facts: found, status: "active", usage });
}
