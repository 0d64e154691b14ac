import { describe, expect, test } from "vitest";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import { aThread, codeOf, said, text, type TestThread } from "../support/aMemory.js";

const PEOPLE = ["owner", "writer", "reader", "stranger", "otherTenant"] as const;

async function codesOf(thread: TestThread, act: (as: BoundMemory) => Promise<unknown>): Promise<string[]> {
  const codes: string[] = [];
  for (const person of PEOPLE) codes.push(await codeOf(act(thread[person])));
  return codes;
}

/** A shared thread with one message of its owner. */
async function aMessage() {
  const thread = await aThread();
  const { ctx, threadId, owner } = thread;
  const { places } = await owner.messages.append(ctx, { threadId, messages: [said("user", "A secret")] });
  return { ...thread, messageId: places[0]?.messageId ?? "" };
}

describe("promise 7: messages are open to who may open their thread", () => {
  test("readers and writers read them; to all others they do not exist", async () => {
    const thread = await aMessage();
    const { ctx, threadId, messageId } = thread;
    const read = ["ok", "ok", "ok", "MESSAGE_NOT_FOUND", "MESSAGE_NOT_FOUND"];
    expect(await codesOf(thread, (as) => as.messages.get(ctx, { messageId }))).toEqual(read);
    expect(await codesOf(thread, (as) => as.messages.read(ctx, { messageId, part: 0 }))).toEqual(read);
    expect(await codesOf(thread, (as) => as.messages.list(ctx, { threadId, cursor: null }))).toEqual([
      "ok",
      "ok",
      "ok",
      "THREAD_NOT_FOUND",
      "THREAD_NOT_FOUND",
    ]);
  });

  test("writers append and readers do not; the author is who wrote, not who is named", async () => {
    const thread = await aMessage();
    const { ctx, threadId } = thread;
    const append = (as: BoundMemory) =>
      as.messages.append(ctx, { threadId, messages: [said("user", "Hello")] });
    expect(await codesOf(thread, append)).toEqual([
      "ok",
      "ok",
      "FORBIDDEN",
      "THREAD_NOT_FOUND",
      "THREAD_NOT_FOUND",
    ]);
    const { page } = await thread.owner.messages.list(ctx, { threadId, cursor: null, order: "asc" });
    expect(page.map(({ author }) => author)).toEqual(["olga", "olga", "wendy"]);
  });

  test("owners edit and remove any message, writers only their own", async () => {
    const thread = await aMessage();
    const { ctx, threadId, messageId, owner, writer } = thread;
    const edit = { messageId, parts: [text("Changed")] };
    const foreign = ["ok", "FORBIDDEN", "FORBIDDEN", "MESSAGE_NOT_FOUND", "MESSAGE_NOT_FOUND"];
    expect(await codesOf(thread, (as) => as.messages.update(ctx, edit))).toEqual(foreign);
    const { places } = await writer.messages.append(ctx, {
      threadId,
      messages: [said("user", "Mine"), said("assistant", "Not mine")],
    });
    const [mine, answer] = places.map((place) => place.messageId);
    expect(
      await codeOf(writer.messages.update(ctx, { messageId: mine ?? "", parts: [text("Still mine")] })),
    ).toBe("ok");
    expect(await codeOf(writer.messages.remove(ctx, { messageId: answer ?? "" }))).toBe("FORBIDDEN");
    expect(await codeOf(writer.messages.remove(ctx, { messageId: mine ?? "" }))).toBe("ok");
    expect(await codeOf(owner.messages.remove(ctx, { messageId: answer ?? "" }))).toBe("ok");
  });

  test("nothing is written for who may not", async () => {
    const thread = await aMessage();
    const { ctx, threadId, messageId } = thread;
    const before = await thread.countRows();
    for (const as of [thread.reader, thread.stranger, thread.otherTenant]) {
      await codeOf(
        as.messages.append(ctx, { threadId, messages: [said("user", "Hello")], operationId: "op" }),
      );
      await codeOf(as.messages.update(ctx, { messageId, parts: [text("Gone")] }));
      await codeOf(as.messages.remove(ctx, { messageId }));
    }
    expect(await thread.countRows()).toEqual(before);
    expect(await thread.owner.messages.get(ctx, { messageId })).toMatchObject({ parts: [text("A secret")] });
  });

  test("a cursor of another thread is refused", async () => {
    const { ctx, threadId, owner } = await aMessage();
    const other = await owner.threads.create(ctx);
    await owner.messages.append(ctx, { ...other, messages: [said("user", "1"), said("user", "2")] });
    const { cursor } = await owner.messages.list(ctx, { ...other, cursor: null, limit: 1 });
    expect(cursor).not.toBeNull();
    for (const forged of [cursor, "", "[0,0]", '{"turn":0}', "[".repeat(50)])
      expect(await codeOf(owner.messages.list(ctx, { threadId, cursor: forged }))).toBe("INVALID_ARGUMENT");
  });

  test("unknown and malformed ids are MESSAGE_NOT_FOUND", async () => {
    const { ctx, threadId, owner } = await aMessage();
    for (const messageId of ["", "nonsense", threadId])
      expect(await codeOf(owner.messages.get(ctx, { messageId }))).toBe("MESSAGE_NOT_FOUND");
  });

  test("nothing is read from or written to a thread that was removed", async () => {
    const thread = await aMessage();
    const { ctx, threadId, messageId, owner } = thread;
    await owner.threads.remove(ctx, { threadId });
    expect(await codeOf(owner.messages.append(ctx, { threadId, messages: [said("user", "Late")] }))).toBe(
      "THREAD_NOT_FOUND",
    );
    expect(await codeOf(owner.messages.get(ctx, { messageId }))).toBe("MESSAGE_NOT_FOUND");
    expect(await codeOf(owner.messages.list(ctx, { threadId, cursor: null }))).toBe("THREAD_NOT_FOUND");
    expect((await owner.threads.list(ctx, { cursor: null })).page).toEqual([]);
    expect(await owner.threads.count(ctx)).toBe(0);
  });
});
