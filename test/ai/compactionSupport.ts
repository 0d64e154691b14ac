import { compactContext, resolveCompaction } from "../../src/ai/index.js";
import type { Message, NewMessage } from "../../src/client/index.js";
import { aThread, listAll, said, type TestThread } from "../support/aMemory.js";

export const WORDS = "We talked about the harbour of Oslo at some length, and about ferries. ".repeat(8);
export const settings = resolveCompaction({ triggerTokens: 1_500, keepTokens: 700, minTokens: 100 });
/** A summary as a model writes it. */
export const GOOD = "## Goals\n- Talk about Oslo\n\n## Identifiers\nOPS-0";

export const turn = (index: number): NewMessage[] => [
  said("user", `Question ${index} about ticket OPS-${index}? ${WORDS}`),
  said("assistant", `Answer ${index}: see /srv/ferries/${index}.yaml. ${WORDS}`),
];

/** A thread of the owner with so many turns of some 300 tokens. */
export async function withTurns(count: number): Promise<TestThread> {
  const thread = await aThread({ shared: false });
  const { owner, ctx, threadId } = thread;
  const messages = Array.from({ length: count }, (_, index) => turn(index)).flat();
  for (let start = 0; start < messages.length; start += 100)
    await owner.messages.append(ctx, { threadId, messages: messages.slice(start, start + 100) });
  return thread;
}

export const historyOf = ({ owner, ctx, threadId }: TestThread): Promise<Message[]> =>
  listAll(owner.messages, ctx, { threadId, order: "asc", limit: 200 });

/** Compacts the context of a whole thread. */
export async function compact(thread: TestThread, more: Partial<Parameters<typeof compactContext>[0]> = {}) {
  const { owner: memory, ctx, threadId } = thread;
  const history = await historyOf(thread);
  return await compactContext({ ctx, memory, threadId, history, summary: null, settings, ...more });
}
