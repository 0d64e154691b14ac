import { afterEach, describe, expect, test, vi } from "vitest";
import { readTail } from "../../src/component/model/messages.js";
import { aThread, call, codeOf, listAll, result, said, text } from "../support/aMemory.js";
import { idOfThread } from "../support/component.js";

const placesOf = (messages: { turn: number; step: number }[]) =>
  messages.map(({ turn, step }) => `${turn}.${step}`);

afterEach(() => {
  vi.useRealTimers();
});

describe("promise 2: one order", () => {
  test("a prompt opens a turn, and what follows it stands in that turn", async () => {
    const { ctx, threadId, owner } = await aThread();
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: [
        said("system", "Be brief."),
        said("user", "Search"),
        { role: "assistant", parts: [call("c1")] },
        { role: "tool", parts: [result("c1")] },
        said("assistant", "Found"),
        said("user", "Thanks"),
      ],
    });
    expect(placesOf(places)).toEqual(["0.0", "1.0", "1.1", "1.2", "1.3", "2.0"]);
    const next = await owner.messages.append(ctx, { threadId, messages: [said("assistant", "Welcome")] });
    expect(placesOf(next.places)).toEqual(["3.0"]);
  });

  test("the messages of one turn are listed alone, page by page", async () => {
    const { ctx, threadId, owner, stranger } = await aThread();
    const messages = ["a", "b", "c"].flatMap((words) => [said("user", words), said("assistant", words)]);
    await owner.messages.append(ctx, { threadId, messages });
    const list = (cursor: string | null, turn = 1) =>
      owner.messages.list(ctx, { threadId, turn, cursor, limit: 1, order: "asc" });
    const first = await list(null);
    const second = await list(first.cursor);
    expect(placesOf([...first.page, ...second.page])).toEqual(["1.0", "1.1"]);
    expect((await list(null, 9)).page).toEqual([]);
    expect(await codeOf(list(first.cursor, 2))).toBe("INVALID_ARGUMENT"); // the cursor of another list
    expect(await codeOf(stranger.messages.list(ctx, { threadId, turn: 1, cursor: null }))).toBe(
      "THREAD_NOT_FOUND",
    );
  });

  test("two writers at once get distinct places, and both see the same list", async () => {
    const { ctx, threadId, owner, writer } = await aThread();
    const written = await Promise.all(
      [owner, writer, owner, writer].map((as, index) =>
        as.messages.append(ctx, { threadId, messages: [said("user", `${index}`), said("assistant", "ok")] }),
      ),
    );
    const places = written.flatMap((append) => placesOf(append.places));
    expect(new Set(places).size).toBe(8);
    const seen = await listAll(owner.messages, ctx, { threadId, order: "asc", limit: 3 });
    expect(placesOf(seen)).toEqual([...places].sort());
    expect(await listAll(writer.messages, ctx, { threadId, order: "desc", limit: 5 })).toEqual(
      [...seen].reverse(),
    );
  });

  test("a page that was read stays where it was when messages are appended or removed", async () => {
    const { ctx, threadId, owner } = await aThread();
    for (const word of ["a", "b", "c", "d"])
      await owner.messages.append(ctx, { threadId, messages: [said("user", word)] });
    const first = await owner.messages.list(ctx, { threadId, cursor: null, limit: 2, order: "desc" });
    await owner.messages.append(ctx, { threadId, messages: [said("user", "e")] });
    await owner.messages.remove(ctx, { messageId: first.page[1]?.messageId ?? "" });
    const second = await owner.messages.list(ctx, {
      threadId,
      cursor: first.cursor,
      limit: 2,
      order: "desc",
    });
    expect(first.page.map(({ parts }) => parts)).toEqual([[text("d")], [text("c")]]);
    expect(second.page.map(({ parts }) => parts)).toEqual([[text("b")], [text("a")]]);
  });

  test("a place is never given twice, even after its message was removed", async () => {
    const { ctx, threadId, owner } = await aThread();
    const { places } = await owner.messages.append(ctx, { threadId, messages: [said("user", "a")] });
    await owner.messages.remove(ctx, { messageId: places[0]?.messageId ?? "" });
    const next = await owner.messages.append(ctx, { threadId, messages: [said("user", "b")] });
    expect(placesOf(next.places)).toEqual(["1.0"]);
  });

  test("the end of a thread up to a turn never holds that turn or a later one", async () => {
    const { ctx, inside, threadId, owner } = await aThread();
    for (let turn = 0; turn < 4; turn++)
      await owner.messages.append(ctx, {
        threadId,
        messages: [said("user", `${turn}`), said("assistant", "ok")],
      });
    const limits = { maxMessages: 100, maxBytes: 100_000, maxTokens: 10_000 };
    const { messages: tail } = await inside((db) =>
      readTail(db, idOfThread(threadId), { ...limits, beforeTurn: 2 }),
    );
    expect(placesOf(tail)).toEqual(["0.0", "0.1", "1.0", "1.1"]);
  });

  test("the list of threads shows the last words, and the thread that was last written to first", async () => {
    vi.useFakeTimers();
    const { ctx, threadId, owner } = await aThread();
    const other = await owner.threads.create(ctx, { title: "Bergen" });
    await owner.messages.append(ctx, { ...other, messages: [said("user", "First")] });
    vi.setSystemTime(Date.now() + 1);
    await owner.messages.append(ctx, {
      threadId,
      messages: [said("user", "Then"), { role: "assistant", parts: [call("c1")] }],
    });
    const { page } = await owner.threads.list(ctx, { cursor: null });
    expect(page.map(({ title, preview }) => [title, preview])).toEqual([
      ["Oslo", { role: "user", text: "Then" }],
      ["Bergen", { role: "user", text: "First" }],
    ]);
  });
});
