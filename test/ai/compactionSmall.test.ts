// Compaction in contexts that are small beside what they have to tell of.
import { describe, expect, test } from "vitest";
import { OWNER, said } from "../support/aMemory.js";
import { WORDS } from "./compactionSupport.js";
import { answersOf } from "./replays.js";
import { anAgent } from "./support.js";

describe("a small context", () => {
  test.each([1_000, 2_000, 4_000, 8_000])(
    "what a summary covers is never lost for its length: a context of %i tokens shows it",
    async (maxTokens) => {
      const answers = Array.from({ length: 4 }, () => ({ text: "Fine." }));
      const helper = await anAgent(answers, { context: { maxTokens } });
      const { threadId } = helper;
      const messages = Array.from({ length: 60 }, (_, index) => [
        said("user", `Ticket OPS-${index}? ${WORDS} ${WORDS}`),
        said("assistant", `OPS-${index} is closed. ${WORDS} ${WORDS}`),
      ]).flat();
      for (let at = 0; at < messages.length; at += 30)
        await helper.owner.messages.append(helper.ctx, { threadId, messages: messages.slice(at, at + 30) });
      for (const [index, prompt] of ["One?", "Two?", "Three?", "Four?"].entries()) {
        await helper.agent.generate(helper.ctx, { as: OWNER, threadId, prompt });
        expect(JSON.stringify(helper.model.calls[index]?.prompt)).toContain("<summary>");
      }
      for (const messageId of await answersOf(helper.ctx, helper.owner, threadId))
        expect((await helper.owner.contexts.replay(helper.ctx, { messageId })).kind).toBe("same");
    },
  );
});
