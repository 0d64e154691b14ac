// Runs below runs: who may begin them, what they add up to, and what ends them.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NESTED_END_MAX_WRITES, NESTING_MAX_DEPTH } from "../../src/shared/runLimits.js";
import { aThread, call, codeOf, said, text, type TestThread } from "../support/aMemory.js";
import { used } from "../support/turns.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const prompt = [text("Go.")];

async function beginIn({ ctx, owner }: TestThread, threadId: string, parentRunId?: string): Promise<string> {
  const parent = parentRunId === undefined ? {} : { parent: { runId: parentRunId } };
  const run = { threadId, agentName: "helper", engine: "action" as const, prompt, ...parent };
  return (await owner.turns.begin(ctx, run)).runId;
}

/** A nested run in a thread of its own. */
async function beginBelow(
  thread: TestThread,
  parentRunId: string,
): Promise<{ threadId: string; runId: string }> {
  const { threadId } = await thread.owner.runs.createNestedThread(thread.ctx, { runId: parentRunId });
  return { threadId, runId: await beginIn(thread, threadId, parentRunId) };
}

type Step = { runId: string; step: number; callIds?: string[] };
const save = ({ ctx, owner }: TestThread, { runId, step, callIds = [] }: Step) =>
  owner.turns.saveStep(ctx, {
    ...{ runId, step, results: [], usage: used, finish: callIds.length === 0 },
    message: { parts: [text("Hm."), ...callIds.map((callId) => call(callId))] },
    ...(callIds.length === 0 ? {} : { nests: true }),
  });

const runOf = ({ ctx, owner }: TestThread, runId: string) => owner.runs.get(ctx, { runId });
const callsOf = async (thread: TestThread, runId: string) => (await runOf(thread, runId)).totals.calls;

describe("a run below a run", () => {
  test("is begun for the principal of the run above, while that is active", async () => {
    const thread = await aThread();
    const { ctx, owner, writer, otherTenant, threadId } = thread;
    const runId = await beginIn(thread, threadId);
    for (const other of [writer, otherTenant])
      expect(await codeOf(other.runs.createNestedThread(ctx, { runId }))).toBe("RUN_NOT_FOUND");
    const { threadId: own } = await writer.threads.create(ctx, {});
    const run = { threadId: own, agentName: "helper", engine: "action" as const, prompt, parent: { runId } };
    expect(await codeOf(writer.turns.begin(ctx, run))).toBe("RUN_NOT_FOUND");
    const { threadId: below } = await owner.threads.create(ctx, {});
    for (const malformed of ["", "nonsense", threadId])
      expect(await codeOf(beginIn(thread, below, malformed))).toBe("RUN_NOT_FOUND");
    await owner.runs.cancel(ctx, { runId });
    expect(await codeOf(owner.runs.createNestedThread(ctx, { runId }))).toBe("RUN_ENDED");
    expect(await codeOf(beginIn(thread, below, runId))).toBe("RUN_ENDED");
  });

  test("names a call of the run above, or none", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, owner, threadId } = thread;
    const durable = { agentName: "helper", engine: "durable" as const, prompt };
    const { runId } = await owner.turns.begin(ctx, { ...durable, threadId });
    await save(thread, { runId, step: 0, callIds: ["a"] });
    const { threadId: below } = await owner.runs.createNestedThread(ctx, { runId });
    const begin = (callId: string) =>
      owner.turns.begin(ctx, { ...durable, threadId: below, parent: { runId, callId } });
    expect(await codeOf(begin("b"))).toBe("RUN_NOT_FOUND");
    const child = await begin("a");
    expect((await owner.runs.listToolCalls(ctx, { runId, cursor: null })).page).toMatchObject([
      { callId: "a", childRunId: child.runId },
    ]);
  });

  test("needs a thread of its own", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, owner, threadId } = thread;
    const runId = await beginIn(thread, threadId);
    await owner.turns.saveStep(ctx, {
      ...{ runId, step: 0, message: { parts: [text("Hm.")] }, results: [], usage: used, finish: false },
    });
    expect(["INVALID_ARGUMENT", "RUN_ACTIVE"]).toContain(await codeOf(beginIn(thread, threadId, runId)));
  });

  test("stands at most so deep", async () => {
    const thread = await aThread({ shared: false });
    let runId = await beginIn(thread, thread.threadId);
    for (let depth = 1; depth <= NESTING_MAX_DEPTH; depth++) ({ runId } = await beginBelow(thread, runId));
    const { threadId } = await thread.owner.threads.create(thread.ctx, {});
    expect(await codeOf(thread.owner.runs.createNestedThread(thread.ctx, { runId }))).toBe(
      "NESTING_TOO_DEEP",
    );
    expect(await codeOf(beginIn(thread, threadId, runId))).toBe("NESTING_TOO_DEEP");
  });
});

describe("what nested runs use", () => {
  test("is in the run above from its next step on, once, and at its end", async () => {
    const thread = await aThread({ shared: false });
    const runId = await beginIn(thread, thread.threadId);
    await save(thread, { runId, step: 0, callIds: ["a", "b"] });
    for (const step of [0, 1]) {
      const child = await beginBelow(thread, runId);
      await save(thread, { runId: child.runId, step: 0, ...(step === 0 ? {} : { callIds: ["c"] }) });
      if (step === 1) await save(thread, { runId: child.runId, step: 1 });
    }
    expect(await callsOf(thread, runId)).toBe(1);
    await save(thread, { runId, step: 1, callIds: ["d"] });
    await save(thread, { runId, step: 1, callIds: ["d"] }); // a repeat
    expect(await callsOf(thread, runId)).toBe(5);
    const child = await beginBelow(thread, runId);
    await save(thread, { runId: child.runId, step: 0 });
    await thread.owner.turns.end(thread.ctx, { runId, outcome: { kind: "completed" } });
    await thread.owner.turns.end(thread.ctx, { runId, outcome: { kind: "completed" } });
    expect((await runOf(thread, runId)).totals).toEqual({ calls: 6, inputTokens: 60, outputTokens: 30 });
  });

  test("is counted also where a tool asked by itself, in a step that did not say so", async () => {
    const thread = await aThread({ shared: false });
    const runId = await beginIn(thread, thread.threadId);
    const child = await beginBelow(thread, runId);
    await save(thread, { runId: child.runId, step: 0 });
    await save(thread, { runId, step: 0 });
    expect(await callsOf(thread, runId)).toBe(2);
  });

  test("is added up to the top when it comes after all of them were ended", async () => {
    const thread = await aThread({ shared: false });
    const top = await beginIn(thread, thread.threadId);
    const middle = await beginBelow(thread, top);
    const low = await beginBelow(thread, middle.runId);
    await thread.owner.runs.cancel(thread.ctx, { runId: top });
    await save(thread, { runId: low.runId, step: 0 });
    const late = { runId: middle.runId, outcome: { kind: "canceled" as const }, usage: used };
    await thread.owner.turns.end(thread.ctx, late);
    await thread.owner.turns.end(thread.ctx, late); // a repeat
    expect(await callsOf(thread, low.runId)).toBe(1);
    expect(await callsOf(thread, middle.runId)).toBe(2);
    expect(await callsOf(thread, top)).toBe(2);
  });

  test("is listed for whoever may read the thread of the run above", async () => {
    const thread = await aThread();
    const { ctx, owner, reader, stranger, threadId } = thread;
    const runId = await beginIn(thread, threadId);
    const child = await beginBelow(thread, runId);
    await save(thread, { runId: child.runId, step: 0 });
    await save(thread, { runId, step: 0 });
    const below = { parentRunId: runId, cursor: null };
    for (const who of [owner, reader])
      expect((await who.usage.list(ctx, below)).page).toMatchObject([
        { runId: child.runId, parentRunId: runId },
      ]);
    expect(await codeOf(stranger.usage.list(ctx, below))).toBe("RUN_NOT_FOUND");
    const { eventId } = await owner.usage.record(ctx, { usage: used, runId: child.runId });
    const { page, cursor } = await owner.usage.list(ctx, { ...below, limit: 1 });
    expect(page).toMatchObject([{ eventId, parentRunId: runId }]);
    expect((await owner.usage.list(ctx, { parentRunId: runId, cursor, limit: 1 })).page).toHaveLength(1);
  });
});

describe("the end of a run", () => {
  test("ends what is active below it, and leaves what has ended", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, owner } = thread;
    const top = await beginIn(thread, thread.threadId);
    const done = await beginBelow(thread, top);
    await save(thread, { runId: done.runId, step: 0 });
    const open = await beginBelow(thread, top);
    const low = await beginBelow(thread, open.runId);
    await owner.turns.end(ctx, {
      runId: top,
      outcome: { kind: "failed", code: "MODEL_FAILED", message: "x" },
    });
    expect((await runOf(thread, done.runId)).state.kind).toBe("completed");
    for (const { runId, threadId } of [open, low]) {
      expect((await runOf(thread, runId)).state).toMatchObject({ kind: "canceled" });
      expect((await owner.threads.get(ctx, { threadId })).activeRunId).toBeUndefined();
    }
  });

  test("goes on in a sweep when there is more below it than one mutation should end", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, owner, inside } = thread;
    const top = await beginIn(thread, thread.threadId);
    const children: string[] = [];
    for (let child = 0; child < 250; child++) children.push((await beginBelow(thread, top)).runId);
    const written = () =>
      inside(async (db) => {
        const rows = await db.db.query("runs").collect();
        return rows.filter(({ state, parentRunId }) => parentRunId !== undefined && state === undefined)
          .length;
      });
    await owner.runs.cancel(ctx, { runId: top });
    const left = await written();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(250 - NESTED_END_MAX_WRITES / 20);
    await save(thread, { runId: children.at(-1) ?? "", step: 0 }); // said before the sweep came
    await thread.finishSweeps();
    expect(await written()).toBe(0);
    expect(await callsOf(thread, top)).toBe(1);
    expect(await thread.countRows()).not.toHaveProperty("sweeps");
  });
});

describe("removing a thread", () => {
  test("removes the threads that its runs opened, to the bottom, and leaves those that the app opened below it", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, owner, threadId } = thread;
    const app = await owner.threads.create(ctx, { parentThreadId: threadId });
    await owner.messages.append(ctx, { ...app, messages: [said("user", "stays")] });
    const top = await beginIn(thread, threadId);
    const middle = await beginBelow(thread, top);
    await beginBelow(thread, middle.runId);
    expect(await owner.threads.count(ctx)).toBe(4);
    await owner.threads.remove(ctx, { threadId });
    await thread.finishSweeps();
    expect(await owner.threads.count(ctx)).toBe(1);
    expect(await thread.countRows()).toEqual({
      ...{ threads: 1, threadHeads: 1, scopeCounts: 1, messages: 1, recallEntries: 1 },
    });
  });
});
