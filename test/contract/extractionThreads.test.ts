// Which threads an extraction reads, and where the facts of a shared one go.
import { describe, expect, test } from "vitest";
import { aThread, codeOf, OWNER, READER, said, WRITER } from "../support/aMemory.js";
import { aTalk, commit, read } from "../support/extraction.js";
import { inUser } from "../support/facts.js";

describe("a shared thread", () => {
  test("keeps its facts to itself unless told otherwise; readers do not extract", async () => {
    const thread = await aThread();
    const { owner, ctx, threadId, memory } = thread;
    await memory.as(WRITER).messages.append(ctx, { threadId, messages: [said("user", "I ski.")] });
    const unread = await read(thread);
    expect(unread).toMatchObject({ scope: "thread", messages: [{ speaker: "wendy" }] });
    await commit(thread, unread, ["Wendy skis."]);
    expect((await owner.facts.list(ctx, { ...inUser, cursor: null })).page).toEqual([]);
    const inThread = await owner.facts.list(ctx, { scope: "thread", threadId, cursor: null });
    expect(inThread.page).toMatchObject([{ text: "Wendy skis.", scope: "thread", threadId }]);
    expect(await codeOf(memory.as(READER).extraction.read(ctx, { threadId }))).toBe("FORBIDDEN");
  });
});

describe("the list of threads to read", () => {
  test("tells which have something new", async () => {
    const thread = await aTalk("I ski.");
    const { owner, ctx, threadId, memory } = thread;
    await owner.threads.create(ctx);
    const unreadIds = async (by = owner, more = {}) =>
      (await by.extraction.list(ctx, { cursor: null, ...more })).page
        .filter((one) => one.isUnread)
        .map((one) => one.threadId);
    expect(await unreadIds()).toEqual([threadId]);
    await commit(thread, await read(thread), []);
    expect(await unreadIds()).toEqual([]);
    await owner.messages.append(ctx, { threadId, messages: [said("user", "I sail.")] });
    expect(await unreadIds(memory.asSystem(), { owner: OWNER })).toEqual([threadId]);
    expect(await unreadIds(thread.stranger)).toEqual([]);
    expect(await codeOf(thread.stranger.extraction.list(ctx, { cursor: null, owner: OWNER }))).toBe(
      "FORBIDDEN",
    );
  });

  test("names a thread again whose last turn was read in part", async () => {
    const thread = await aThread({ shared: false });
    const { owner, ctx, threadId } = thread;
    const answers = Array.from({ length: 45 }, (_, index) => said("assistant", `Part ${index}.`));
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Tell."), ...answers] });
    await commit(thread, await read(thread), []);
    expect((await owner.extraction.list(ctx, { cursor: null })).page).toEqual([{ threadId, isUnread: true }]);
    await commit(thread, await read(thread), []);
    expect((await owner.extraction.list(ctx, { cursor: null })).page).toEqual([
      { threadId, isUnread: false },
    ]);
  });
});
