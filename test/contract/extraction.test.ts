// The cursor of extractions: what is read, and that it is read once.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Unread } from "../../src/validators/extraction.js";
import { aThread, call, codeOf, result, said, text, type TestThread } from "../support/aMemory.js";
import { aTalk, commit, read, usage } from "../support/extraction.js";
import { inUser, known, learn } from "../support/facts.js";
import { used } from "../support/turns.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const textsOf = ({ messages }: Unread): string[] => messages.map((message) => message.text);

describe("what is read", () => {
  test("is what people and agents said to its end: no tools, no reasoning, no failed or half-said messages", async () => {
    const thread = await aThread({ shared: false });
    const { owner, ctx, threadId, inside } = thread;
    await owner.messages.append(ctx, {
      threadId,
      messages: [
        { role: "system", parts: [text("SYSTEM")] },
        said("user", "I ski."),
        {
          role: "assistant",
          parts: [{ type: "reasoning", text: "REASONING" }, text("Noted."), call("a", '{"a":"INPUT"}')],
        },
        { role: "tool", parts: [result("a", '"OUTPUT"')] },
        { role: "assistant", parts: [text("FAILED")] },
        { role: "assistant", parts: [text("Where?")], agentName: "helper" },
        { ...said("user", "In Oslo."), speaker: "Ada", saidAt: 5 },
      ],
    });
    await inside(async (db) => {
      const failed = (await db.db.query("messages").collect()).find(({ parts }) =>
        JSON.stringify(parts).includes("FAILED"),
      );
      await db.db.patch("messages", failed!._id, {
        state: { kind: "failed", code: "MODEL_FAILED", reason: "x" },
      });
    });
    const unread = await read(thread);
    expect(unread.messages.map(({ speaker, text: words }) => `${speaker}: ${words}`)).toEqual([
      "olga: I ski.",
      "assistant: Noted.",
      "helper: Where?",
      "Ada: In Oslo.",
    ]);
    expect(unread.messages.at(-1)?.saidAt).toBe(5);
    expect(unread).toMatchObject({ from: null, to: { turn: 2, step: 0 }, isLast: true, scope: "user" });
    for (const hidden of ["SYSTEM", "REASONING", "INPUT", "OUTPUT", "FAILED"])
      expect(JSON.stringify(unread)).not.toContain(hidden);
  });

  test("ends before the turn of a run that is under way, and takes it up when it has ended", async () => {
    const thread = await aTalk("Before.");
    const { owner, ctx, threadId } = thread;
    const { runId } = await owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: "action" },
      ...{ prompt: [text("During.")], stream: true },
    });
    const first = await read(thread);
    expect(textsOf(first)).toEqual(["Before."]);
    await commit(thread, first, []);
    expect((await read(thread)).to).toBeNull();
    const message = { parts: [text("Answered.")] };
    await owner.turns.saveStep(ctx, { runId, step: 0, message, results: [], usage: used, finish: true });
    expect(textsOf(await read(thread))).toEqual(["During.", "Answered."]);
  });

  test("comes in batches that are bounded by number and by bytes, and long messages by their start", async () => {
    const thread = await aTalk(...Array.from({ length: 50 }, (_, index) => `Number ${index}.`));
    const first = await read(thread);
    expect([first.messages.length, first.isLast]).toEqual([40, false]);
    await commit(thread, first, []);
    const rest = await read(thread);
    expect([rest.messages.length, rest.isLast, textsOf(rest)[0]]).toEqual([10, true, "Number 40."]);
    await commit(thread, rest, []);
    const { owner, ctx, threadId } = thread;
    const long = Array.from({ length: 12 }, () => said("user", "é".repeat(7_000)));
    await owner.messages.append(ctx, { threadId, messages: long });
    const { messages } = await read(thread);
    expect(messages.length).toBeGreaterThan(1);
    expect(messages.reduce((sum, message) => sum + Buffer.byteLength(message.text), 0)).toBeLessThanOrEqual(
      48 * 1024,
    );
  });

  test("names known facts of the scope that are like it", async () => {
    const thread = await aTalk("I moved to Bergen.");
    const { owner, ctx } = thread;
    await learn({ facts: owner.facts, ctx }, { text: "Lives in Oslo, moved there.", key: "city" });
    await learn({ facts: thread.stranger.facts, ctx }, "Sam moved to Bergen.");
    const declined = await learn({ facts: owner.facts, ctx }, { text: "Moved twice.", status: "candidate" });
    await owner.facts.decline(ctx, { factId: declined.factId });
    expect((await read(thread)).known).toMatchObject([{ text: "Lives in Oslo, moved there.", key: "city" }]);
  });
});

describe("a commit", () => {
  test("writes facts, cursor and usage together", async () => {
    const thread = await aTalk("I ski.", "I sail.");
    const { owner, ctx, threadId } = thread;
    const unread = await read(thread);
    expect(await commit(thread, unread, ["Skis.", { text: "Sails.", key: "boat", importance: 0.5 }])).toEqual(
      {
        ...{ kind: "committed", written: 2, duplicates: 0, superseded: 0, dropped: 0 },
      },
    );
    const { page } = await owner.facts.list(ctx, { ...inUser, cursor: null });
    expect(page).toMatchObject([
      { text: "Sails.", key: "boat", importance: 0.5, origin: "extraction" },
      { text: "Skis.", origin: "extraction", sources: [{ messageId: unread.messages[0]?.messageId }] },
    ]);
    expect(await read(thread)).toMatchObject({ from: { turn: 1, step: 0 }, to: null, messages: [] });
    const events = await owner.usage.list(ctx, { threadId, cursor: null });
    expect(events.page.map(({ purpose }) => purpose)).toEqual(["extraction"]);
  });

  test("that is late or repeated writes nothing but what its call cost", async () => {
    const thread = await aTalk("I ski.");
    const { owner, ctx, threadId } = thread;
    const [one, other] = [await read(thread), await read(thread)];
    expect((await commit(thread, one, ["Skis."])).kind).toBe("committed");
    const rows = await thread.countRows();
    expect(await commit(thread, other, ["Skis a lot."])).toEqual({ kind: "stale" });
    expect(await commit(thread, one, ["Skis."])).toEqual({ kind: "stale" });
    expect(await thread.countRows()).toEqual({ ...rows, usageEvents: 3 });
    expect(await known({ facts: owner.facts, ctx })).toEqual(["Skis."]);
    expect((await owner.usage.summary(ctx, { threadId })).calls).toBe(3);
  });

  test("drops a fact whose message was edited or removed since it was read, and keeps those that rest on others", async () => {
    const thread = await aTalk("I ski.", "I sail.", "I swim.");
    const { owner, ctx } = thread;
    const unread = await read(thread);
    const [ski = "", sail = "", swim = ""] = unread.messages.map(({ messageId }) => messageId);
    vi.setSystemTime(Date.now() + 1_000);
    await owner.messages.update(ctx, { messageId: ski, parts: [text("I do not ski.")] });
    await owner.messages.remove(ctx, { messageId: sail });
    const found = [
      { text: "Skis.", messageIds: [ski] },
      { text: "Sails.", messageIds: [sail] },
      { text: "Is outdoors a lot.", messageIds: [ski, sail, swim] },
    ];
    expect(await commit(thread, unread, found)).toMatchObject({ written: 1, dropped: 2 });
    const { page } = await owner.facts.list(ctx, { ...inUser, cursor: null });
    expect(page).toMatchObject([{ text: "Is outdoors a lot.", sources: [{ messageId: swim }] }]);
  });

  test("takes messages of its own reading only", async () => {
    const thread = await aTalk("I ski.");
    const { owner, ctx } = thread;
    const first = await read(thread);
    await commit(thread, first, []);
    await owner.messages.append(ctx, { threadId: thread.threadId, messages: [said("user", "I sail.")] });
    const { threadId: other } = await owner.threads.create(ctx);
    const { places } = await owner.messages.append(ctx, {
      threadId: other,
      messages: [said("user", "Elsewhere.")],
    });
    const ids = [first.messages[0]?.messageId ?? "", places[0]?.messageId ?? "", "nonsense"];
    const found = ids.map((id, index) => ({ text: `Fact ${index}`, messageIds: [id] }));
    expect(await commit(thread, await read(thread), found)).toMatchObject({ written: 0, dropped: 3 });
  });

  test("supersedes what is still open in its scope; else the fact stands for itself", async () => {
    const thread = await aTalk("I moved.");
    const { owner, ctx } = thread;
    const mine = { facts: owner.facts, ctx };
    const open = await learn(mine, { text: "Lives in Oslo.", key: "city" });
    const closed = await learn(mine, "Lives alone.");
    const foreign = await learn({ facts: thread.stranger.facts, ctx }, "Sam lives.");
    const unread = await read(thread);
    await owner.facts.retract(ctx, { factId: closed.factId });
    const found = [
      { text: "Lives in Bergen.", supersedes: open.factId },
      { text: "Lives with Kim.", supersedes: closed.factId },
      { text: "Lives well.", supersedes: foreign.factId },
      { text: "Lives.", supersedes: "nonsense" },
    ];
    expect(await commit(thread, unread, found)).toMatchObject({ written: 4, superseded: 1, dropped: 0 });
    expect((await owner.facts.get(ctx, { factId: open.factId })).state.kind).toBe("superseded");
    expect((await thread.stranger.facts.get(ctx, { factId: foreign.factId })).state.kind).toBe("active");
  });

  test("does not learn again what was declined or forgotten", async () => {
    const thread = await aTalk("I ski.");
    const { owner, ctx } = thread;
    const mine = { facts: owner.facts, ctx };
    const forgotten = await learn(mine, "Skis.");
    await owner.facts.forget(ctx, { factId: forgotten.factId, reason: "Asked to." });
    const declined = await learn(mine, { text: "Skis badly.", status: "candidate" });
    await owner.facts.decline(ctx, { factId: declined.factId });
    expect(await commit(thread, await read(thread), ["skis", "Skis badly"])).toMatchObject({
      written: 0,
      dropped: 2,
    });
    expect(await known(mine)).toEqual([]);
  });

  test("does not learn refused words again under another key", async () => {
    const thread = await aTalk("I ski.");
    const { owner, ctx } = thread;
    const mine = { facts: owner.facts, ctx };
    const forgotten = await learn(mine, { text: "Skis.", key: "sport" });
    await owner.facts.forget(ctx, { factId: forgotten.factId, reason: "Asked to." });
    const declined = await learn(mine, { text: "Skis badly.", status: "candidate" });
    await owner.facts.decline(ctx, { factId: declined.factId });
    const found = ["skis", { text: "Skis", key: "hobby" }, { text: "Skis badly", key: "sport" }];
    expect(await commit(thread, await read(thread), found)).toMatchObject({ written: 0, dropped: 3 });
    expect((await learn(mine, { text: "Skis.", key: "sport" })).kind, "an append may").toBe("written");
  });

  test.each<[string, Partial<Parameters<TestThread["owner"]["extraction"]["commit"]>[1]>]>([
    [
      "more facts than one call may find",
      { facts: Array.from({ length: 26 }, () => ({ text: "x", messageIds: [] })) },
    ],
    ["an empty text", { facts: [{ text: " ", messageIds: [] }] }],
    ["a place before the cursor", { to: { turn: -1, step: 0 } }],
    ["a place that is none", { to: { turn: 0.5, step: 0 } }],
    ["a place behind the end", { to: { turn: 7, step: 0 } }],
  ])("refuses %s, and the cursor stays", async (_name, wrong) => {
    const thread = await aTalk("I ski.");
    const { owner, ctx, threadId } = thread;
    const rows = await thread.countRows();
    const right = { threadId, from: null, to: { turn: 0, step: 0 }, readAt: 0, isLast: true, facts: [] };
    const refused = owner.extraction.commit(ctx, { ...right, status: "active", usage, ...wrong });
    expect(await codeOf(refused)).toBe("INVALID_ARGUMENT");
    expect(await thread.countRows()).toEqual(rows);
  });
});
