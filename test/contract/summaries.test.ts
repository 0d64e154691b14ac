import { describe, expect, test } from "vitest";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import type { CompactionHead, NewSummary } from "../../src/validators/summaryWork.js";
import type { ThreadPlace } from "../../src/validators/thread.js";
import { aThread, call, codeOf, OWNER, result, said, text, type TestThread } from "../support/aMemory.js";
import { used } from "../support/turns.js";

const at = (turn: number, step = 0): ThreadPlace => ({ turn, step });
const over = (from: ThreadPlace, to: ThreadPlace, words = "So far."): NewSummary => ({
  from,
  to,
  text: words,
});

/** A thread with so many turns of a question and an answer. */
async function withTurns(turns: number): Promise<TestThread & { ids: string[] }> {
  const thread = await aThread();
  const messages = Array.from({ length: turns }, (_, turn) => [
    said("user", `secret question ${turn}`),
    said("assistant", `answer ${turn}`),
  ]).flat();
  const { places } = await thread.owner.messages.append(thread.ctx, { threadId: thread.threadId, messages });
  return { ...thread, ids: places.map(({ messageId }) => messageId) };
}

const headOf = async ({ owner, ctx, threadId }: TestThread): Promise<CompactionHead> =>
  (await owner.summaries.listUncovered(ctx, { threadId, after: null, limit: 1 })).head;

async function commit(thread: TestThread, summary: NewSummary, as: BoundMemory = thread.owner) {
  const { ctx, threadId } = thread;
  return await as.summaries.commit(ctx, { threadId, expected: await headOf(thread), summary });
}

describe("a summary", () => {
  test("is an overlay: it is the thread's newest, and the messages stay", async () => {
    const thread = await withTurns(3);
    const { owner, ctx, threadId } = thread;
    const { committed, head, summary } = await commit(thread, over(at(0), at(0, 1), "So far \ud83d"));
    expect(committed).toBe(true);
    expect(summary).toMatchObject({ threadId, from: at(0), to: at(0, 1), text: "So far \uFFFD", tokens: 2 });
    expect(head).toEqual({ summaryId: summary?.summaryId, edits: 0 });
    expect(await owner.summaries.latest(ctx, { threadId })).toEqual(summary);
    expect(await owner.summaries.get(ctx, { summaryId: summary!.summaryId })).toEqual(summary);
    expect((await owner.messages.list(ctx, { threadId, cursor: null })).page).toHaveLength(6);
    const found = await owner.entries.searchText(ctx, {
      query: "secret question 0",
      scopes: ["user"],
      kinds: ["message"],
    });
    expect(found.hits.length).toBeGreaterThan(0);
  });

  test("goes on where the one before ended, and only forward", async () => {
    const thread = await withTurns(4);
    const { owner, ctx, threadId } = thread;
    const first = await commit(thread, over(at(0), at(0, 1)));
    for (const wrong of [over(at(0), at(1, 1)), over(at(2), at(2, 1)), over(at(0, 1), at(0, 1))])
      expect(await codeOf(commit(thread, wrong))).toBe("INVALID_ARGUMENT");
    const second = await commit(thread, over(at(1), at(2, 1)));
    expect(second.summary).toMatchObject({ parentId: first.summary?.summaryId });
    const { page } = await owner.summaries.list(ctx, { threadId, cursor: null });
    expect(page).toEqual([second.summary, first.summary]);
    expect(await owner.summaries.latest(ctx, { threadId, beforeTurn: 2 })).toEqual(first.summary);
    expect(await owner.summaries.latest(ctx, { threadId, beforeTurn: 0 })).toBeNull();
    const uncovered = await owner.summaries.listUncovered(ctx, { threadId, after: null });
    expect(uncovered.messages.map(({ turn, step }) => [turn, step])).toEqual([
      [3, 0],
      [3, 1],
    ]);
    expect(uncovered).toMatchObject({ summary: second.summary, cursor: null });
  });

  test.each<[string, Partial<NewSummary>]>([
    ["no words", { text: " \n" }],
    ["more than 32 KiB", { text: "x".repeat(32 * 1024 + 1) }],
    ["an end before its start", { from: at(1), to: at(0, 1) }],
    ["an end where nothing stands", { to: at(0, 7) }],
    ["a place that is none", { to: at(0.5, -1) }],
    ["a place that is no number", { to: at(NaN) }],
  ])("with %s is refused", async (_name, wrong) => {
    const thread = await withTurns(2);
    const rows = await thread.countRows();
    expect(await codeOf(commit(thread, { ...over(at(0), at(0, 1)), ...wrong }))).toBe("INVALID_ARGUMENT");
    expect(await thread.countRows()).toEqual(rows);
  });

  test("is written by writers and read by readers", async () => {
    const thread = await withTurns(2);
    const { ctx, threadId } = thread;
    const expected = await headOf(thread);
    const codes = (act: (as: BoundMemory) => Promise<unknown>) =>
      Promise.all(
        [thread.writer, thread.reader, thread.stranger, thread.otherTenant].map((as) => codeOf(act(as))),
      );
    const summary = over(at(0), at(0, 1));
    expect(await codes((as) => as.summaries.commit(ctx, { threadId, expected, summary }))).toEqual([
      "ok",
      "FORBIDDEN",
      "THREAD_NOT_FOUND",
      "THREAD_NOT_FOUND",
    ]);
    expect(await codes((as) => as.summaries.latest(ctx, { threadId }))).toEqual([
      "ok",
      "ok",
      "THREAD_NOT_FOUND",
      "THREAD_NOT_FOUND",
    ]);
  });

  test("of many is kept with the newest 64", async () => {
    const thread = await withTurns(70);
    for (let turn = 0; turn < 70; turn++) await commit(thread, over(at(turn), at(turn, 1)));
    expect(await thread.countRows()).toMatchObject({ summaries: 64 });
    const { owner, ctx, threadId } = thread;
    const { page } = await owner.summaries.list(ctx, { threadId, cursor: null, limit: 200 });
    expect(page.map(({ from }) => from.turn)).toEqual(Array.from({ length: 64 }, (_, index) => 69 - index));
  });
});

describe("a commit", () => {
  test("that is late or repeated changes nothing and tells where the thread stands", async () => {
    const thread = await withTurns(3);
    const { owner, ctx, threadId } = thread;
    const expected = await headOf(thread);
    const job = { threadId, expected, summary: over(at(0), at(1, 1)), prunedTo: at(0, 1) };
    const first = await owner.summaries.commit(ctx, job);
    const rows = await thread.countRows();
    for (const again of [
      job,
      { ...job, summary: over(at(0), at(0, 1), "Other.") },
      { threadId, expected, prunedTo: at(1, 1) },
    ])
      expect(await owner.summaries.commit(ctx, again)).toEqual({ ...first, committed: false });
    expect(await thread.countRows()).toEqual(rows);
  });

  test("moves `prunedTo` alone, forward, to a message of the thread", async () => {
    const thread = await withTurns(3);
    const { owner, ctx, threadId } = thread;
    const move = async (prunedTo: ThreadPlace) =>
      await owner.summaries.commit(ctx, { threadId, expected: await headOf(thread), prunedTo });
    expect(await move(at(1, 1))).toEqual({ committed: true, head: { prunedTo: at(1, 1), edits: 0 } });
    expect(await codeOf(move(at(1, 1)))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(move(at(0, 1)))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(move(at(9)))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(owner.summaries.commit(ctx, { threadId, expected: await headOf(thread) }))).toBe(
      "INVALID_ARGUMENT",
    );
  });

  test("records the call of its model once, also when it came too late, as compaction", async () => {
    const thread = await withTurns(3);
    const { owner, ctx, threadId } = thread;
    const job = { threadId, expected: await headOf(thread), summary: over(at(0), at(0, 1)), usage: used };
    const ledger = async () => (await owner.usage.list(ctx, { threadId, cursor: null })).page;
    for (let attempt = 0; attempt < 3; attempt++)
      await owner.summaries.commit(ctx, { ...job, operationId: "one" });
    expect(await ledger()).toMatchObject([{ purpose: "compaction", inputTokens: 10, userId: OWNER.userId }]);
    for (let attempt = 0; attempt < 3; attempt++)
      await owner.summaries.commit(ctx, { ...job, operationId: "two" });
    expect(await ledger()).toHaveLength(2);
    await owner.summaries.commit(ctx, job);
    expect(await ledger()).toHaveLength(2);
    const other = { ...job, operationId: "one", usage: { ...used, inputTokens: 11 } };
    expect(await codeOf(owner.summaries.commit(ctx, other))).toBe("OPERATION_MISMATCH");
  });

  test("does not part a call from its results", async () => {
    const thread = await aThread({ shared: false });
    const { owner, ctx, threadId } = thread;
    const group = [
      said("user", "Go"),
      { role: "assistant" as const, parts: [call("a"), call("b")] },
      { role: "tool" as const, parts: [result("a")] },
      { role: "tool" as const, parts: [result("b")] },
      said("assistant", "Done"),
    ];
    await owner.messages.append(ctx, { threadId, messages: [...group, said("user", "Next")] });
    for (const step of [1, 2])
      expect(await codeOf(commit(thread, over(at(0), at(0, step))))).toBe("INVALID_ARGUMENT");
    expect(await commit(thread, over(at(0), at(0, 3)))).toMatchObject({ committed: true });
  });

  test("waits while a run needs what it would cover", async () => {
    const thread = await withTurns(1);
    const { owner, ctx, threadId } = thread;
    const begun = { threadId, agentName: "helper", engine: "durable" as const, prompt: [text("Go")] };
    const { runId } = await owner.turns.begin(ctx, begun);
    const step = { runId, results: [], usage: used, finish: false };
    await owner.turns.saveStep(ctx, { ...step, step: 0, message: { parts: [call("a"), call("b")] } });
    const settle = (callId: string) =>
      owner.turns.saveResult(ctx, { runId, callId, part: result(callId), failed: false, ms: 1 });
    await settle("a");
    const rest = [at(1), at(1, 1), at(1, 2)];
    for (const to of rest) expect(await commit(thread, over(at(0), to))).toMatchObject({ committed: false });
    await settle("b");
    await owner.turns.saveStep(ctx, { ...step, step: 1, message: { parts: [call("c")] } });
    for (const to of [...rest, at(1, 4)])
      expect(await commit(thread, over(at(0), to))).toMatchObject({ committed: false });
    expect(await commit(thread, over(at(0), at(1, 3)))).toMatchObject({ committed: true });
    expect(await owner.summaries.listUncovered(ctx, { threadId, after: null })).toMatchObject({
      runningTurn: 1,
    });
  });
});

describe("a message that a summary covers", () => {
  test.each(["remove", "update"] as const)(
    "takes it along on %s, and what was made of it: no word is left",
    async (how) => {
      const thread = await withTurns(4);
      const { owner, ctx, threadId, ids } = thread;
      const first = await commit(thread, over(at(0), at(0, 1), "first"));
      await commit(thread, over(at(1), at(1, 1), "secret question 1"));
      await commit(thread, over(at(2), at(2, 1), "secret question 1 and more"));
      const messageId = ids[2]!;
      if (how === "remove") await owner.messages.remove(ctx, { messageId });
      else await owner.messages.update(ctx, { messageId, parts: [text("public")] });
      expect(await owner.summaries.latest(ctx, { threadId })).toEqual(first.summary);
      expect(await thread.countRows()).toMatchObject({ summaries: 1 });
      expect(await headOf(thread)).toEqual({ summaryId: first.summary?.summaryId, edits: 1 });
      expect(await commit(thread, over(how === "remove" ? at(1, 1) : at(1), at(2, 1)))).toMatchObject({
        committed: true,
      });
    },
  );

  test("leaves summaries before it alone, and metadata changes nothing", async () => {
    const thread = await withTurns(3);
    const { owner, ctx, ids } = thread;
    const { summary, head } = await commit(thread, over(at(0), at(0, 1)));
    await owner.messages.update(ctx, { messageId: ids[0]!, metadata: "{}" });
    expect(await headOf(thread)).toEqual(head);
    await owner.messages.update(ctx, { messageId: ids[4]!, parts: [text("new")] });
    expect(await headOf(thread)).toEqual({ summaryId: summary?.summaryId, edits: 1 });
  });

  test("makes a job late that had read it before it went", async () => {
    const thread = await withTurns(3);
    const { owner, ctx, threadId, ids } = thread;
    const job = {
      threadId,
      expected: await headOf(thread),
      summary: over(at(0), at(1, 1), "secret question 0"),
    };
    await owner.messages.remove(ctx, { messageId: ids[0]! });
    expect(await owner.summaries.commit(ctx, job)).toMatchObject({ committed: false });
    expect(await thread.countRows()).not.toHaveProperty("summaries");
  });
});

describe("the messages that no summary covers", () => {
  test("come in pages, in order, whole or not at all", async () => {
    const thread = await withTurns(25);
    const { owner, ctx, threadId } = thread;
    await commit(thread, over(at(0), at(1, 1)));
    const places: number[][] = [];
    let after: ThreadPlace | null = null;
    do {
      const page: Awaited<ReturnType<typeof owner.summaries.listUncovered>> =
        await owner.summaries.listUncovered(ctx, { threadId, after, limit: 7 });
      places.push(...page.messages.map(({ turn, step }) => [turn, step]));
      after = page.cursor;
    } while (after !== null);
    expect(places).toEqual(Array.from({ length: 46 }, (_, index) => [2 + Math.floor(index / 2), index % 2]));
  });

  test("stop by bytes", async () => {
    const thread = await aThread();
    const { owner, ctx, threadId } = thread;
    const messages = Array.from({ length: 100 }, () => said("user", "x".repeat(15_000)));
    await owner.messages.append(ctx, { threadId, messages });
    const page = await owner.summaries.listUncovered(ctx, { threadId, after: null, limit: 200 });
    expect(page.messages.length).toBeLessThan(100);
    expect(page.cursor).not.toBeNull();
  });
});

describe("recent summaries", () => {
  test("are each owner's own; the system sees everyone's, with whose they are", async () => {
    const thread = await withTurns(2);
    const { owner, writer, memory, ctx } = thread;
    const { summary } = await commit(thread, over(at(0), at(0, 1)));
    const time = { since: summary!.createdAt, until: summary!.createdAt + 1, cursor: null };
    const owned = { ...summary!, owner: { userId: OWNER.userId, tenantId: OWNER.tenantId } };
    expect((await owner.summaries.listRecent(ctx, time)).page).toEqual([owned]);
    expect((await writer.summaries.listRecent(ctx, time)).page).toEqual([]);
    const system = memory.asSystem();
    expect((await system.summaries.listRecent(ctx, time)).page).toEqual([owned]);
    expect((await system.summaries.listRecent(ctx, { ...time, owner: OWNER })).page).toEqual([owned]);
    for (const since of [time.since, time.since - 1_000])
      expect((await system.summaries.listRecent(ctx, { ...time, since, until: time.since })).page).toEqual(
        [],
      );
    expect(await codeOf(writer.summaries.listRecent(ctx, { ...time, owner: OWNER }))).toBe("FORBIDDEN");
    expect(await codeOf(owner.summaries.listRecent(ctx, { ...time, since: NaN }))).toBe("INVALID_ARGUMENT");
  });
});
