// A turn begins in the caller's own thread only, and with a prompt of that thread.
import { describe, expect, test } from "vitest";
import { aThread, codeOf, OTHER_TENANT, said, STRANGER, text } from "../support/aMemory.js";

const begin = { agentName: "a", engine: "durable" as const };

describe("a turn", () => {
  test.each([
    ["a thread of somebody else", STRANGER, "THREAD_NOT_FOUND"],
    ["a thread of another tenant's user of the same name", OTHER_TENANT, "THREAD_NOT_FOUND"],
  ] as const)("does not begin in %s", async (_name, caller, code) => {
    const { memory, ctx, threadId, countRows } = await aThread({ shared: false });
    const rows = await countRows();
    const turn = { ...begin, threadId, prompt: [text("x")], operationId: "once" };
    expect(await codeOf(memory.as(caller).turns.begin(ctx, turn))).toBe(code);
    expect(await countRows()).toEqual(rows);
  });

  test("does not begin with a prompt that is no user message of its thread, whoever wrote it", async () => {
    const { memory, ctx, threadId, owner, countRows } = await aThread({ shared: false });
    const messages = [said("user", "x"), said("assistant", "y")];
    const append = async (as: typeof owner, thread: string) =>
      (await as.messages.append(ctx, { threadId: thread, messages })).places.map(
        ({ messageId }) => messageId,
      );
    const stranger = memory.as(STRANGER);
    const { threadId: otherThread } = await owner.threads.create(ctx);
    const { threadId: foreignThread } = await stranger.threads.create(ctx);
    const [prompt = "", answer = ""] = await append(owner, threadId);
    const [otherPrompt = ""] = await append(owner, otherThread);
    const [foreignPrompt = ""] = await append(stranger, foreignThread);
    const rows = await countRows();
    for (const promptMessageId of [answer, otherPrompt, foreignPrompt, threadId, "nonsense", ""])
      expect(await codeOf(owner.turns.begin(ctx, { ...begin, threadId, promptMessageId }))).toBe(
        "PROMPT_NOT_IN_THREAD",
      );
    expect(await countRows()).toEqual(rows);
    expect(await codeOf(owner.turns.begin(ctx, { ...begin, threadId, promptMessageId: prompt }))).toBe("ok");
  });

  test("does not begin with both a prompt and a message, nor with neither", async () => {
    const { ctx, threadId, owner, countRows } = await aThread({ shared: false });
    const rows = await countRows();
    const both = { prompt: [text("x")], promptMessageId: "x" };
    for (const asked of [both, {}])
      expect(await codeOf(owner.turns.begin(ctx, { ...begin, threadId, ...asked }))).toBe("INVALID_ARGUMENT");
    expect(await countRows()).toEqual(rows);
  });
});
