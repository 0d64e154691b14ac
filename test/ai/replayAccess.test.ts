// Who may have a context shown again: it may hold more than the thread does.
import { describe, expect, test } from "vitest";
import { codeOf, OWNER } from "../support/aMemory.js";
import { answersOf } from "./replays.js";
import { anAgent } from "./support.js";

describe("a context is shown again", () => {
  test("not to those who were let in later, where it shows what is the user's alone", async () => {
    const helper = await anAgent([{ text: "One." }, { text: "Two." }], { blocks: ["user"] });
    const { ctx, owner, threadId } = helper;
    await owner.blocks.create(ctx, { scope: "user", label: "human", value: "Has a secret." });
    await helper.agent.generate(ctx, { as: OWNER, threadId, prompt: "Private?" });
    const guest = { ...OWNER, userId: "guest" };
    await owner.threads.setParticipant(ctx, { threadId, userId: guest.userId, role: "writer" });
    await helper.agent.generate(ctx, { as: guest, threadId, prompt: "In company?" });
    const [first = "", second = ""] = await answersOf(ctx, owner, threadId);
    const replayed = (as: typeof OWNER, messageId: string) =>
      codeOf(helper.memory.as(as).contexts.replay(ctx, { messageId }));
    expect(await replayed(guest, first)).toBe("FORBIDDEN");
    expect(await codeOf(helper.memory.as(guest).contexts.explain(ctx, { messageId: first }))).toBe("ok");
    expect(await replayed(OWNER, first)).toBe("ok");
    expect(await replayed(guest, second)).toBe("ok");
    expect(await replayed(OWNER, second)).toBe("ok");
  });
});
