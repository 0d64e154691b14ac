// Calls that come with a step, with a tool's result and with the end of a run; and those that nothing takes along.
import { afterEach, describe, expect, test, vi } from "vitest";
import { STEP_MAX_OTHER_CALLS, TOOL_MAX_COSTS } from "../../src/shared/ledgerLimits.js";
import type { Spent } from "../../src/validators/spent.js";
import { aThread, call, codeOf, OWNER, result, text, type TestThread } from "../support/aMemory.js";

afterEach(() => {
  vi.useRealTimers();
});

const usage = (inputTokens: number, more: Partial<Spent> = {}): Spent => ({
  ...{ provider: "test", model: "scripted", purpose: "answer" },
  ...{ inputTokens, outputTokens: 1, ms: 3 },
  ...more,
});
const cost = (costMicros: number, more: Partial<Spent> = {}) =>
  usage(0, { provider: "acme", model: "search", purpose: "tool", outputTokens: 0, costMicros, ...more });

async function aRun(engine: "action" | "durable" = "action") {
  const thread = await aThread({ shared: false });
  const { ctx, threadId, owner } = thread;
  const { runId } = await owner.turns.begin(ctx, {
    threadId,
    agentName: "helper",
    engine,
    prompt: [text("Go.")],
  });
  return { ...thread, runId };
}
type Run = TestThread & { runId: string };

const asks = { step: 0, message: { parts: [call("a")] }, results: [], usage: usage(10), finish: false };
const events = async ({ owner, ctx, runId }: Run) =>
  (await owner.usage.list(ctx, { runId, cursor: null, limit: 200 })).page.toReversed();
const inputs = async (run: Run) => (await events(run)).map(({ inputTokens }) => inputTokens);
const totals = async ({ owner, ctx, runId }: Run) => (await owner.runs.get(ctx, { runId })).totals;
const ended = { kind: "failed" as const, code: "STOPPED", message: "Enough." };

describe("other calls of a step", () => {
  test("are recorded with it, once, and are in the totals", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    const step = { ...asks, runId, alsoUsed: [usage(7, { isFailed: true }), usage(8, { isFailed: true })] };
    await owner.turns.saveStep(ctx, step);
    await owner.turns.saveStep(ctx, step);
    expect(await events(run)).toMatchObject([
      { inputTokens: 7, isFailed: true, step: 0, userId: OWNER.userId, agentName: "helper" },
      { inputTokens: 8, isFailed: true, step: 0 },
      { inputTokens: 10, step: 0 },
    ]);
    expect(await totals(run)).toEqual({ calls: 3, inputTokens: 25, outputTokens: 3 });
  });

  test("are recorded for a second attempt whose answer is not kept", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await owner.turns.saveStep(ctx, { ...asks, runId });
    const second = { ...asks, runId, usage: usage(11), alsoUsed: [usage(12)] };
    expect(await owner.turns.saveStep(ctx, second)).toMatchObject({ saved: false });
    await owner.turns.saveStep(ctx, second);
    expect(await events(run)).toMatchObject([
      { inputTokens: 10 },
      { inputTokens: 12 },
      { inputTokens: 11, isFailed: true },
    ]);
    expect((await totals(run)).calls).toBe(3);
  });

  test("come with the end of a run, once, also where that was ended before", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    const end = { runId, outcome: ended, usage: usage(1), alsoUsed: [usage(2), usage(2)] };
    await owner.turns.end(ctx, end);
    await owner.turns.end(ctx, end);
    expect(await inputs(run)).toEqual([2, 2, 1]);
    await owner.turns.end(ctx, { runId, outcome: ended, alsoUsed: [usage(2), usage(2), usage(2)] });
    expect(await inputs(run)).toEqual([2, 2, 1, 2]);
    expect(await totals(run)).toEqual({ calls: 4, inputTokens: 7, outputTokens: 4 });
  });

  test("of an action that was superseded are recorded once", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await owner.turns.takeUp(ctx, { runId, force: true });
    const late = { ...asks, runId, takeUps: 0, alsoUsed: [usage(4)], usage: usage(5) };
    for (let attempt = 0; attempt < 2; attempt++)
      expect(await owner.turns.saveStep(ctx, late)).toMatchObject({ superseded: true });
    const end = { runId, outcome: ended, takeUps: 0, alsoUsed: [usage(6)] };
    for (let attempt = 0; attempt < 2; attempt++)
      expect(await owner.turns.end(ctx, end)).toMatchObject({ superseded: true });
    expect(await events(run)).toMatchObject([
      { inputTokens: 4 },
      { inputTokens: 5, isFailed: true },
      { inputTokens: 6 },
    ]);
    expect((await totals(run)).calls).toBe(3);
  });

  test("are refused where they are none, or too many, and nothing is saved", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    const bad: Spent[][] = [
      [usage(-1)],
      [usage(NaN)],
      [{ inputTokens: 3 } as unknown as Spent],
      Array.from({ length: STEP_MAX_OTHER_CALLS + 1 }, () => usage(1)),
    ];
    for (const alsoUsed of bad) {
      expect(await codeOf(owner.turns.saveStep(ctx, { ...asks, runId, alsoUsed }))).toBe("INVALID_ARGUMENT");
      expect(await codeOf(owner.turns.record(ctx, { runId, used: alsoUsed }))).toBe("INVALID_ARGUMENT");
    }
    expect(await inputs(run)).toEqual([]);
  });
});

describe("what a tool cost", () => {
  test("comes with its result in an action, counts for the step that asked, once", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await owner.turns.saveStep(ctx, { ...asks, runId });
    const results = [{ callId: "a", part: result("a"), failed: false, ms: 5, used: [cost(300), cost(40)] }];
    const next = { step: 1, message: { parts: [text("Yes.")] }, results, usage: usage(20), finish: true };
    await owner.turns.saveStep(ctx, { ...next, runId });
    await owner.turns.saveStep(ctx, { ...next, runId });
    expect(await events(run)).toMatchObject([
      { purpose: "answer", step: 0 },
      { purpose: "tool", step: 0, costMicros: 300, provider: "acme" },
      { purpose: "tool", step: 0, costMicros: 40 },
      { purpose: "answer", step: 1 },
    ]);
    expect(await totals(run)).toEqual({
      ...{ calls: 4, inputTokens: 30, outputTokens: 2 },
      ...{ costMicros: 340, unpricedCalls: 2 },
    });
  });

  test("is paid although the run was ended while it ran", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await owner.turns.saveStep(ctx, { ...asks, runId });
    await owner.runs.cancel(ctx, { runId });
    const results = [{ callId: "a", part: result("a"), failed: false, ms: 5, used: [cost(300)] }];
    for (let attempt = 0; attempt < 2; attempt++)
      await owner.turns.end(ctx, { runId, outcome: ended, results });
    expect((await events(run)).map(({ purpose }) => purpose)).toEqual(["answer", "tool"]);
    expect(await totals(run)).toMatchObject({ calls: 2, costMicros: 300 });
  });

  test("comes with its result in a durable run, once, and with a later one that is not kept", async () => {
    const run = await aRun("durable");
    const { owner, ctx, runId } = run;
    await owner.turns.saveStep(ctx, { ...asks, runId });
    await owner.turns.startTool(ctx, { runId, callId: "a", idempotent: true });
    const saved = { runId, callId: "a", part: result("a"), failed: true, ms: 5, used: [cost(300)] };
    expect(await owner.turns.saveResult(ctx, saved)).toEqual({ saved: true });
    expect(await owner.turns.saveResult(ctx, saved)).toEqual({ saved: false });
    const again = { ...saved, used: [cost(300, { ms: 9 })] };
    expect(await owner.turns.saveResult(ctx, again)).toEqual({ saved: false });
    expect((await events(run)).map(({ costMicros, ms, step }) => [costMicros, ms, step])).toEqual([
      [undefined, 3, 0],
      [300, 3, 0],
      [300, 9, 0],
    ]);
    expect(await totals(run)).toMatchObject({ calls: 3, costMicros: 600, unpricedCalls: 1 });
  });

  test("in another currency is kept with an unknown cost, as it was told, and the result is saved", async () => {
    const run = await aRun("durable");
    const { owner, ctx, runId } = run;
    await owner.turns.saveStep(ctx, { ...asks, runId });
    await owner.turns.startTool(ctx, { runId, callId: "a", idempotent: false });
    const used = [
      cost(300, { currency: "EUR" }),
      cost(40, { currency: "USD", raw: "{}" }),
      cost(5, { currency: "no" }),
    ];
    await owner.turns.saveResult(ctx, { runId, callId: "a", part: result("a"), failed: false, ms: 5, used });
    const [, ...tool] = await events(run);
    // The first cost says what the ledger counts in.
    expect(tool.map(({ costMicros }) => costMicros)).toEqual([300, undefined, undefined]);
    expect(tool.map(({ raw }) => raw && (JSON.parse(raw) as object))).toEqual([
      undefined,
      { costMicros: 40, currency: "USD", raw: "{}" },
      { costMicros: 5, currency: "no" },
    ]);
    expect(await totals(run)).toMatchObject({ costMicros: 300, unpricedCalls: 3 });
  });

  test("is bounded", async () => {
    const run = await aRun("durable");
    const { owner, ctx, runId } = run;
    await owner.turns.saveStep(ctx, { ...asks, runId });
    const used = Array.from({ length: TOOL_MAX_COSTS + 1 }, () => cost(1));
    const saved = { runId, callId: "a", part: result("a"), failed: false, ms: 5, used };
    expect(await codeOf(owner.turns.saveResult(ctx, saved))).toBe("INVALID_ARGUMENT");
  });
});

describe("calls that no save takes along", () => {
  test("are recorded on their run, once, also when it has ended", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await owner.turns.saveStep(ctx, { ...asks, runId });
    const failed = [usage(3, { isFailed: true }), usage(4, { isFailed: true })];
    const lost = { runId, step: 1, used: failed, operationId: "attempt 1" };
    expect(await owner.turns.record(ctx, lost)).toEqual({ recorded: 2 });
    expect(await owner.turns.record(ctx, lost)).toEqual({ recorded: 2 });
    await owner.turns.end(ctx, { runId, outcome: ended });
    expect(await owner.turns.record(ctx, { runId, step: 1, used: [usage(5)] })).toEqual({ recorded: 1 });
    expect(await inputs(run)).toEqual([10, 3, 4, 5]);
    expect((await totals(run)).calls).toBe(4);
  });

  test("are paid by who asked where the run went with its thread, once", async () => {
    vi.useFakeTimers();
    const run = await aRun();
    const { owner, ctx, runId, threadId, memory } = run;
    await owner.turns.saveStep(ctx, { ...asks, runId });
    await owner.threads.remove(ctx, { threadId });
    await run.finishSweeps();
    expect(await codeOf(owner.turns.saveStep(ctx, { ...asks, step: 1, runId }))).toBe("RUN_NOT_FOUND");
    const lost = { runId, threadId, step: 1, used: [usage(6)], operationId: "lost" };
    const as = memory.as({ ...OWNER, agentName: "helper" });
    expect(await as.turns.record(ctx, lost)).toEqual({ recorded: 1 });
    expect(await as.turns.record(ctx, lost)).toEqual({ recorded: 1 });
    const { page } = await owner.usage.list(ctx, { cursor: null });
    expect(page).toHaveLength(2);
    expect(page[0]).toMatchObject({ inputTokens: 6, userId: OWNER.userId, agentName: "helper" });
    expect(page[0]).not.toHaveProperty("runId");
    expect(page[0]).not.toHaveProperty("threadId");
    expect(await codeOf(memory.asSystem().turns.record(ctx, lost))).toBe("RUN_NOT_FOUND");
    expect(await codeOf(memory.asSystem().turns.record(ctx, { used: [usage(6)] }))).toBe("INVALID_ARGUMENT");
  });

  test("of a stranger do not reach a run or a thread that is not theirs: the stranger pays", async () => {
    const run = await aRun();
    const { stranger, otherTenant, ctx, runId, threadId } = run;
    for (const as of [stranger, otherTenant])
      for (const place of [{ runId }, { threadId }, { runId: "nonsense", threadId: "nonsense" }]) {
        await as.turns.record(ctx, { ...place, used: [usage(9, { ms: Math.random() })] });
        const { page } = await as.usage.list(ctx, { cursor: null, limit: 1 });
        expect(page[0]).toMatchObject({ inputTokens: 9 });
        expect(page[0]).not.toHaveProperty("runId");
        expect(page[0]).not.toHaveProperty("threadId");
      }
    expect(await inputs(run)).toEqual([]);
    expect((await totals(run)).calls).toBe(0);
  });
});
