// Promise 6: facts follow what they came from.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { NewFact } from "../../src/validators/fact.js";
import { aThread, call, codeOf, result, said, text, WRITER, type TestThread } from "../support/aMemory.js";
import { indexed, inUser } from "../support/facts.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A thread of the owner with two messages, and a second thread with one. */
async function threeMessages(): Promise<TestThread & { ids: [string, string, string]; otherThread: string }> {
  const scene = await aThread({ shared: false });
  const { ctx, owner, threadId } = scene;
  const { threadId: otherThread } = await owner.threads.create(ctx);
  const append = async (thread: string, ...words: string[]) =>
    (
      await owner.messages.append(ctx, {
        threadId: thread,
        messages: words.map((word) => said("user", word)),
      })
    ).places.map(({ messageId }) => messageId);
  const [a = "", b = ""] = await append(threadId, "I ski.", "I sail.");
  const [c = ""] = await append(otherThread, "I ski, still.");
  return { ...scene, otherThread, ids: [a, b, c] };
}

const on = (words: string, ...messageIds: string[]): NewFact => ({
  text: words,
  sources: messageIds.map((messageId) => ({ kind: "message", messageId })),
});

async function append({ owner, ctx }: TestThread, ...facts: NewFact[]): Promise<string[]> {
  const { facts: written } = await owner.facts.append(ctx, { ...inUser, facts });
  return written.map(({ factId }) => factId);
}

describe("removing a message", () => {
  test("forgets what rests on it alone, in whatever state, and leaves what rests on something else too", async () => {
    const scene = await threeMessages();
    const { owner, ctx } = scene;
    const [one, two, other] = scene.ids;
    const also = { ...on("Known to the app.", one) };
    also.sources = [...(also.sources ?? []), { kind: "app", ref: "crm:7" }];
    const [alone = "", both = "", app = "", retracted = "", candidate = "", unrelated = ""] = await append(
      scene,
      { ...on("Skis in winter.", one), key: "skis.season" },
      on("Skis still.", one, other),
      also,
      on("Skis badly.", one),
      { ...on("Skis well.", one), status: "candidate" },
      on("Sails.", two),
    );
    await owner.facts.retract(ctx, { factId: retracted });
    await owner.messages.remove(ctx, { messageId: one });
    for (const factId of [alone, retracted, candidate])
      expect(await owner.facts.get(ctx, { factId })).toMatchObject({
        text: "",
        state: { kind: "forgotten" },
        sources: [],
      });
    const { key } = await owner.facts.get(ctx, { factId: alone });
    expect(key, "a key may hold words of the message").toBeUndefined();
    expect((await owner.facts.get(ctx, { factId: both })).sources).toMatchObject([{ messageId: other }]);
    expect((await owner.facts.get(ctx, { factId: app })).sources).toEqual([{ kind: "app", ref: "crm:7" }]);
    expect(new Set(await indexed(scene))).toEqual(new Set([both, app, unrelated]));
    expect(await owner.facts.count(ctx, inUser)).toMatchObject({
      active: 3,
      candidate: 0,
      retracted: 0,
      forgotten: 3,
    });
    expect(await scene.countRows()).toMatchObject({ factSources: 2 });
  });

  test("of a tool group follows each of its messages, and a sweep does what one mutation cannot", async () => {
    const scene = await aThread({ shared: false });
    const { owner, ctx, threadId } = scene;
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: [
        said("user", "Look."),
        { role: "assistant", parts: [call("a"), call("b"), call("c")] },
        { role: "tool", parts: [result("a")] },
        { role: "tool", parts: [result("b")] },
        { role: "tool", parts: [result("c")] },
      ],
    });
    const group = places.slice(1).map(({ messageId }) => messageId);
    for (const messageId of group)
      for (const from of [0, 30])
        await append(
          scene,
          ...Array.from({ length: 30 }, (_, index) => on(`${messageId} says ${from + index}`, messageId)),
        );
    expect(await owner.messages.remove(ctx, { messageId: group[0] ?? "" })).toEqual({ removed: 4 });
    expect(await owner.facts.count(ctx, inUser)).toMatchObject({ forgotten: 128 });
    await scene.finishSweeps();
    expect(await owner.facts.count(ctx, inUser)).toMatchObject({ active: 0, forgotten: 240 });
    const rows = await scene.countRows();
    for (const table of ["factSources", "sweeps", "recallEntries"] as const)
      expect(rows[table] ?? 0, table).toBe(table === "recallEntries" ? 1 : 0);
  });
});

describe("editing a message", () => {
  test("puts what rests on it alone back into review, and a confirmation brings it back as it was known", async () => {
    const scene = await threeMessages();
    const { owner, ctx } = scene;
    const [one, , other] = scene.ids;
    const [alone = "", both = ""] = await append(scene, on("Skis.", one), on("Skis still.", one, other));
    const writtenAt = Date.now();
    vi.setSystemTime(writtenAt + 1_000);
    await owner.messages.update(ctx, { messageId: one, parts: [text("I swim.")] });
    expect((await owner.facts.get(ctx, { factId: alone })).state).toEqual({
      kind: "candidate",
      editedAt: writtenAt + 1_000,
    });
    expect(await indexed(scene)).toEqual([both]);
    const asOf = async (knownAt?: number) =>
      (await owner.facts.asOf(ctx, { ...inUser, knownAt, cursor: null })).page.map(({ factId }) => factId);
    expect(new Set(await asOf(writtenAt))).toEqual(new Set([alone, both]));
    expect(await asOf()).toEqual([both]);
    await owner.facts.confirm(ctx, { factId: alone });
    expect(new Set(await asOf(writtenAt))).toEqual(new Set([alone, both]));
    expect(new Set(await indexed(scene))).toEqual(new Set([alone, both]));
  });

  test("of its metadata alone changes nothing", async () => {
    const scene = await threeMessages();
    const { owner, ctx } = scene;
    const [factId = ""] = await append(scene, on("Skis.", scene.ids[0]));
    await owner.messages.update(ctx, { messageId: scene.ids[0], metadata: "{}" });
    expect((await owner.facts.get(ctx, { factId })).state).toEqual({ kind: "active" });
  });
});

describe("removing a thread", () => {
  test("leaves no row of what was known in it or rests on it alone, in any table", async () => {
    const scene = await aThread();
    const { owner, ctx, threadId, memory, countRows } = scene;
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: Array.from({ length: 20 }, (_, index) => said("user", `secret ${index}`)),
    });
    const inThread = { scope: "thread" as const, threadId };
    const ids = places.map(({ messageId }) => messageId);
    await append(
      scene,
      ...ids.map((id, index) => on(`secret fact ${index}`, id)),
      on("secret pair", ...ids.slice(0, 2)),
    );
    await memory.as(WRITER).facts.append(ctx, { scope: "user", facts: [on("Wendy's secret", ids[0] ?? "")] });
    await owner.facts.append(ctx, {
      ...inThread,
      facts: [{ text: "secret of the thread" }],
      operationId: "once",
    });
    await owner.blocks.create(ctx, { ...inThread, label: "notes", value: "secret" });
    const edit = { kind: "append" as const, text: "secret too" };
    await owner.blocks.update(ctx, { ...inThread, label: "notes", edit, operationId: "twice" });
    const { from, to, readAt, isLast } = await owner.extraction.read(ctx, { threadId });
    await owner.extraction.commit(ctx, {
      threadId,
      from,
      to: to!,
      readAt,
      isLast,
      facts: [],
      status: "active",
    });
    await owner.threads.remove(ctx, { threadId });
    expect(await codeOf(owner.facts.list(ctx, { ...inThread, cursor: null }))).toBe("THREAD_NOT_FOUND");
    await scene.finishSweeps();
    expect(await countRows()).toEqual({ scopeCounts: 2 });
    expect(await owner.facts.count(ctx, inUser)).toMatchObject({ active: 0, appends: 21 });
  });

  test("leaves facts that rest on another thread or on the app, without the thread among their sources", async () => {
    const scene = await threeMessages();
    const { owner, ctx, threadId } = scene;
    const [one, two, other] = scene.ids;
    const [both = "", word = "", gone = ""] = await append(
      scene,
      on("Skis still.", one, two, other),
      { text: "Said by the app." },
      on("Sails.", two),
    );
    await owner.threads.remove(ctx, { threadId });
    await scene.finishSweeps();
    expect((await owner.facts.get(ctx, { factId: both })).sources).toMatchObject([{ messageId: other }]);
    expect((await owner.facts.get(ctx, { factId: word })).state).toEqual({ kind: "active" });
    expect(await codeOf(owner.facts.get(ctx, { factId: gone }))).toBe("FACT_NOT_FOUND");
    expect(await scene.countRows()).toMatchObject({ facts: 2, factSources: 1 });
    expect(await owner.facts.count(ctx, inUser)).toMatchObject({ active: 2 });
  });
});
