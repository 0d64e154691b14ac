// Runs that start later: `startAt`.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SCHEDULED_MAX_RUNS, START_AT_MAX_MS } from "../../src/shared/runLimits.js";
import { aThread, codeOf, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function aScene() {
  const thread = await aThread();
  const { owner, ctx, threadId } = thread;
  const turn = { threadId, agentName: "helper", engine: "durable" as const, whileRunning: "queue" as const };
  const ask = (words: string, startAt?: number, operationId?: string) =>
    owner.turns.begin(ctx, { ...turn, prompt: [text(words)], startAt, operationId });
  const answer = (runId: string, words: string) =>
    owner.turns.saveStep(ctx, {
      runId,
      step: 0,
      message: { parts: [text(words)] },
      results: [],
      usage: used,
      finish: true,
    });
  const talk = async (words: string) => answer((await ask(words)).runId, `${words}!`);
  const messages = async () =>
    (await owner.messages.list(ctx, { threadId, cursor: null, order: "asc", limit: 100 })).page;
  const words = async () =>
    (await messages()).map(
      ({ turn: number, step, parts: [part] }) =>
        `${number}.${step} ${part?.type === "text" ? part.text : part?.type}`,
    );
  const seenBy = async (runId: string) =>
    (await owner.turns.open(ctx, { runId, step: 0 })).context.map(({ parts: [part] }) =>
      part?.type === "text" ? part.text : part?.type,
    );
  const stateOf = async (runId: string) => (await owner.runs.get(ctx, { runId })).state;
  /** Lets time pass, and what is due in it run. */
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    await thread.t.finishInProgressScheduledFunctions();
  };
  return { ...thread, ask, answer, talk, messages, words, seenBy, stateOf, pass };
}

describe("the timer of a run with startAt", () => {
  const pendingStarts = ({ inside }: Awaited<ReturnType<typeof aScene>>) =>
    inside(async ({ db }) => {
      const jobs = await db.system.query("_scheduled_functions").collect();
      return jobs.filter(({ name, state }) => name.endsWith("startDue") && state.kind === "pending").length;
    });

  test.each([HOUR_MS, 30 * DAY_MS])("goes with a run that is canceled %i ms before", async (ms) => {
    const scene = await aScene();
    const { ask, owner, ctx, pass } = scene;
    const { runId } = await ask("later", Date.now() + ms);
    await pass(ms / 2);
    expect(await pendingStarts(scene)).toBe(1);
    await owner.runs.cancel(ctx, { runId });
    expect(await pendingStarts(scene)).toBe(0);
  });

  test("goes with its thread", async () => {
    const scene = await aScene();
    const { ask, owner, ctx, threadId, pass } = scene;
    await ask("later", Date.now() + HOUR_MS);
    await ask("latest", Date.now() + 2 * HOUR_MS);
    await owner.threads.remove(ctx, { threadId });
    await pass(1);
    expect(await pendingStarts(scene)).toBe(0);
  });
});

describe("a run with startAt", () => {
  test("waits for its time and begins by itself", async () => {
    const { ask, stateOf, pass, owner, ctx, threadId, answer, words } = await aScene();
    const startAt = Date.now() + HOUR_MS;
    const later = await ask("later", startAt);
    expect(later).toMatchObject({ turn: 0, state: { kind: "queued", startAt }, context: [] });
    expect(await owner.runs.latest(ctx, { threadId })).toBeNull();
    await pass(HOUR_MS - 1);
    expect(await stateOf(later.runId)).toEqual({ kind: "queued", startAt });
    await pass(2);
    expect(await stateOf(later.runId)).toEqual({ kind: "running" });
    await answer(later.runId, "Now.");
    expect(await words()).toEqual(["0.0 later", "0.1 Now."]);
  });

  test("does not occupy the thread, and its prompt is not shown to others before it is said", async () => {
    const { ask, talk, answer, seenBy, messages, owner, ctx, threadId } = await aScene();
    const later = await ask("SECRET later", Date.now() + HOUR_MS);
    expect((await messages()).map(({ state }) => state.kind)).toEqual(["scheduled"]);
    await talk("one");
    const two = await ask("two");
    expect(two.state).toEqual({ kind: "running" });
    expect(await seenBy(two.runId)).toEqual(["one", "one!", "two"]);
    await answer(two.runId, "two!");
    expect((await owner.extraction.read(ctx, { threadId })).messages.map(({ text: said }) => said)).toEqual([
      "one",
      "one!",
      "two",
      "two!",
    ]);
    const found = await owner.entries.searchText(ctx, {
      query: "SECRET later",
      scopes: ["thread"],
      threadId,
      kinds: ["message"],
    });
    expect(JSON.stringify(found)).not.toContain("SECRET");
    expect(await owner.runs.latest(ctx, { threadId })).toMatchObject({ runId: two.runId });
    expect((await owner.threads.get(ctx, { threadId })).preview?.text).toBe("two!");
    expect(later.state.kind).toBe("queued");
  });

  test("sees what was said until it starts: its prompt moves behind that and keeps its id", async () => {
    const { ask, talk, pass, answer, seenBy, words, messages, owner, ctx, threadId, inside } = await aScene();
    await talk("zero");
    const later = await ask("later", Date.now() + HOUR_MS, "op");
    await talk("one");
    await talk("two");
    expect(await words()).toEqual([
      "0.0 zero",
      "0.1 zero!",
      "1.0 later",
      "2.0 one",
      "2.1 one!",
      "3.0 two",
      "3.1 two!",
    ]);
    await pass(HOUR_MS + 1);
    expect(await owner.runs.get(ctx, { runId: later.runId })).toMatchObject({
      turn: 4,
      state: { kind: "running" },
    });
    expect(await seenBy(later.runId)).toEqual(["zero", "zero!", "one", "one!", "two", "two!", "later"]);
    await answer(later.runId, "Now.");
    expect((await words()).slice(-2)).toEqual(["4.0 later", "4.1 Now."]);
    const moved = (await messages()).find(({ messageId }) => messageId === later.promptMessageId);
    expect(moved).toMatchObject({ turn: 4, step: 0, state: { kind: "complete" } });
    const entries = await inside(({ db }) => db.query("recallEntries").collect());
    const entry = entries.filter(({ sourceId }) => sourceId === later.promptMessageId);
    expect(entry).toMatchObject([{ turn: 4, role: "user", pending: true }]);
    expect(await ask("later", Date.now() + HOUR_MS, "op")).toMatchObject({
      repeated: true,
      turn: 4,
      promptMessageId: later.promptMessageId,
      state: { kind: "completed" },
    });
    expect((await owner.threads.get(ctx, { threadId })).messages).toBe(8);
    expect((await owner.extraction.read(ctx, { threadId })).messages).toHaveLength(8);
    await talk("five");
    expect((await words()).slice(-2)).toEqual(["5.0 five", "5.1 five!"]);
  });

  test("is read for facts when it was said, where it had not to move", async () => {
    const { ask, talk, pass, answer, owner, ctx, threadId } = await aScene();
    await talk("one");
    const later = await ask("later", Date.now() + HOUR_MS);
    const { to, readAt, isLast } = await owner.extraction.read(ctx, { threadId });
    expect(to).toEqual({ turn: 0, step: 1 });
    const nothing = { facts: [], status: "active" as const };
    await owner.extraction.commit(ctx, {
      threadId,
      from: null,
      to: to ?? { turn: 0, step: 0 },
      readAt,
      isLast,
      ...nothing,
    });
    await pass(HOUR_MS + 1);
    await answer(later.runId, "Now.");
    const { messages } = await owner.extraction.read(ctx, { threadId });
    expect(messages.map(({ text: said }) => said)).toEqual(["later", "Now."]);
  });

  test("joins the queue when the thread is busy at its time", async () => {
    const { ask, pass, answer, stateOf, seenBy } = await aScene();
    const later = await ask("later", Date.now() + HOUR_MS);
    const one = await ask("one");
    const two = await ask("two");
    await pass(HOUR_MS + 1);
    expect(await stateOf(later.runId)).toEqual({ kind: "queued" });
    const three = await ask("three");
    await answer(one.runId, "one!");
    await answer(two.runId, "two!");
    expect(await stateOf(later.runId)).toEqual({ kind: "running" });
    expect(await seenBy(later.runId)).toEqual(["one", "one!", "two", "two!", "later"]);
    await answer(later.runId, "later!");
    expect(await stateOf(three.runId)).toEqual({ kind: "running" });
  });

  test("that are due at once start in the order of their times", async () => {
    const { ask, pass, answer, stateOf } = await aScene();
    const second = await ask("second", Date.now() + 2 * HOUR_MS);
    const first = await ask("first", Date.now() + HOUR_MS);
    await pass(3 * HOUR_MS);
    expect([await stateOf(first.runId), await stateOf(second.runId)]).toEqual([
      { kind: "running" },
      { kind: "queued" },
    ]);
    await answer(first.runId, "first!");
    expect(await stateOf(second.runId)).toEqual({ kind: "running" });
  });

  test("starts at once where the time is past", async () => {
    const { ask } = await aScene();
    expect(await ask("now", Date.now() - DAY_MS)).toMatchObject({ state: { kind: "running" } });
    expect(await ask("then", 0)).toMatchObject({ state: { kind: "queued" } });
  });

  test("can be canceled: nothing happens at its time, and its prompt is never said", async () => {
    const { ask, pass, talk, stateOf, owner, ctx, words, threadId } = await aScene();
    const { runId } = await ask("later", Date.now() + HOUR_MS);
    await owner.runs.cancel(ctx, { runId });
    await talk("one");
    await pass(2 * HOUR_MS);
    expect(await stateOf(runId)).toMatchObject({ kind: "canceled" });
    expect(await words()).toEqual(["0.0 later", "1.0 one", "1.1 one!"]);
    expect((await owner.threads.get(ctx, { threadId })).activeRunId).toBeUndefined();
  });

  test("goes with its thread", async () => {
    const { ask, pass, owner, ctx, threadId, countRows } = await aScene();
    await ask("later", Date.now() + HOUR_MS);
    await owner.threads.remove(ctx, { threadId });
    await pass(2 * HOUR_MS);
    const { scopeCounts: _counts, ...rows } = await countRows();
    expect(rows).toEqual({});
  });

  test("is canceled when its prompt is removed; an edited prompt is asked as edited", async () => {
    const { ask, pass, stateOf, seenBy, owner, ctx, inside } = await aScene();
    const entries = () => inside(async ({ db }) => (await db.query("recallEntries").collect()).length);
    const gone = await ask("gone", Date.now() + HOUR_MS);
    const kept = await ask("kept", Date.now() + HOUR_MS);
    await owner.messages.remove(ctx, { messageId: gone.promptMessageId });
    await owner.messages.update(ctx, { messageId: kept.promptMessageId, parts: [text("kept, better")] });
    expect(await entries()).toBe(0);
    await pass(2 * HOUR_MS);
    expect(await stateOf(gone.runId)).toMatchObject({ kind: "canceled" });
    expect(await entries()).toBe(1);
    expect(await seenBy(kept.runId)).toEqual(["kept, better"]);
  });

  test("may lie weeks ahead, further than a timer reaches", async () => {
    const { ask, pass, stateOf } = await aScene();
    const startAt = Date.now() + 40 * DAY_MS;
    const { runId } = await ask("later", startAt);
    for (let day = 0; day < 39; day++) await pass(DAY_MS);
    expect(await stateOf(runId)).toEqual({ kind: "queued", startAt });
    await pass(DAY_MS + 1);
    expect(await stateOf(runId)).toEqual({ kind: "running" });
  });

  test.each([NaN, Infinity, -Infinity, -1, Date.now() * 1_000_000])(
    "is refused for %s, which is no time or too far ahead",
    async (startAt) => {
      const { ask, words } = await aScene();
      expect(await codeOf(ask("x", startAt))).toBe("INVALID_ARGUMENT");
      expect(await codeOf(ask("x", Date.now() + START_AT_MAX_MS + 1))).toBe("INVALID_ARGUMENT");
      expect(await words()).toEqual([]);
    },
  );

  test("is refused for a run in an action", async () => {
    const { owner, ctx, threadId } = await aScene();
    const turn = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("x")] };
    expect(await codeOf(owner.turns.begin(ctx, { ...turn, startAt: Date.now() + 1 }))).toBe(
      "INVALID_ARGUMENT",
    );
  });

  test("is bounded in number", async () => {
    const { ask } = await aScene();
    for (let index = 0; index < SCHEDULED_MAX_RUNS; index++) await ask("x", Date.now() + HOUR_MS);
    expect(await codeOf(ask("x", Date.now() + HOUR_MS))).toBe("QUEUE_FULL");
    expect(await codeOf(ask("now"))).toBe("ok");
  });
});
