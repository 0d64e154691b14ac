import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { OPERATION_RETENTION_MS } from "../../src/shared/limits.js";
import { aMemory, aThread, codeOf, OTHER_TENANT, OWNER, said, STRANGER } from "../support/aMemory.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("promise 1: a thread is opened once", () => {
  test("the same operationId with the same payload gives the first thread", async () => {
    const { ctx, memory, countRows } = aMemory();
    const opening = { title: "Oslo", metadata: '{"a":1}', operationId: "op-1" };
    const first = await memory.as(OWNER).threads.create(ctx, opening);
    const again = await memory.as(OWNER).threads.create(ctx, opening);
    expect(again).toEqual(first);
    expect(await memory.as(OWNER).threads.count(ctx)).toBe(1);
    expect(await countRows()).toEqual({ threads: 1, threadHeads: 1, scopeCounts: 1 });
  });

  test("with another payload it is an error, and nothing is written", async () => {
    const { ctx, memory } = aMemory();
    const { threads } = memory.as(OWNER);
    await threads.create(ctx, { title: "Oslo", operationId: "op-1" });
    expect(await codeOf(threads.create(ctx, { title: "Bergen", operationId: "op-1" }))).toBe(
      "OPERATION_MISMATCH",
    );
    expect(await threads.count(ctx)).toBe(1);
  });

  test("the same id of another user or tenant is another operation", async () => {
    const { ctx, memory } = aMemory();
    const opening = { title: "Oslo", operationId: "op-1" };
    const ids = new Set<string>();
    for (const principal of [OWNER, STRANGER, OTHER_TENANT])
      ids.add((await memory.as(principal).threads.create(ctx, opening)).threadId);
    expect(ids.size).toBe(3);
  });
});

describe("promise 1: messages are appended once", () => {
  const messages = [said("user", "Where is Oslo?"), said("assistant", "In Norway.")];

  test("the same operationId with the same messages gives the first places", async () => {
    const { ctx, threadId, owner, countRows } = await aThread();
    const append = { threadId, messages, operationId: "op-1" };
    const first = await owner.messages.append(ctx, append);
    const before = await countRows();
    expect(await owner.messages.append(ctx, append)).toEqual(first);
    expect(await countRows()).toEqual(before);
    expect(await owner.threads.get(ctx, { threadId })).toMatchObject({ messages: 2 });
  });

  test("the order of an object's keys makes no other payload", async () => {
    const { ctx, threadId, owner } = await aThread();
    const first = await owner.messages.append(ctx, {
      threadId,
      messages: [{ role: "user", parts: [{ type: "text", text: "Hi", provider: "{}" }] }],
      operationId: "op-1",
    });
    const again = await owner.messages.append(ctx, {
      threadId,
      messages: [{ parts: [{ provider: "{}", text: "Hi", type: "text" }], role: "user" }],
      operationId: "op-1",
    });
    expect(again).toEqual(first);
  });

  test("with other messages it is an error; so it is for another author", async () => {
    const { ctx, threadId, owner, writer } = await aThread();
    await owner.messages.append(ctx, { threadId, messages, operationId: "op-1" });
    const other = { threadId, messages: [said("user", "Where is Bergen?")], operationId: "op-1" };
    expect(await codeOf(owner.messages.append(ctx, other))).toBe("OPERATION_MISMATCH");
    expect(await codeOf(writer.messages.append(ctx, { threadId, messages, operationId: "op-1" }))).toBe(
      "OPERATION_MISMATCH",
    );
  });

  test("the result is remembered for a day and no longer", async () => {
    const { ctx, threadId, owner } = await aThread();
    const append = { threadId, messages, operationId: "op-1" };
    const first = await owner.messages.append(ctx, append);
    vi.setSystemTime(Date.now() + OPERATION_RETENTION_MS - 1);
    expect(await owner.messages.append(ctx, append)).toEqual(first);
    vi.setSystemTime(Date.now() + 1);
    expect(await owner.messages.append(ctx, append)).not.toEqual(first);
  });

  test("without an operationId every call writes", async () => {
    const { ctx, threadId, owner } = await aThread();
    await owner.messages.append(ctx, { threadId, messages });
    await owner.messages.append(ctx, { threadId, messages });
    expect(await owner.threads.get(ctx, { threadId })).toMatchObject({ messages: 4 });
  });

  test("a refused append leaves no trace of its operation", async () => {
    const { ctx, threadId, owner } = await aThread();
    const blank = { threadId, messages: [said("user", "Hi"), said("user", " ")], operationId: "op-1" };
    expect(await codeOf(owner.messages.append(ctx, blank))).toBe("PROMPT_EMPTY");
    const { places } = await owner.messages.append(ctx, { threadId, messages, operationId: "op-1" });
    expect(places.map(({ turn, step }) => [turn, step])).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });
});
