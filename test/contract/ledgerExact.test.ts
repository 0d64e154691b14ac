// Each call counts once, whatever comes twice, late or not at all: in the events, in a run's totals and in its budgets.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SLAB_LEASE_MS } from "../../src/shared/ledgerLimits.js";
import type { Spent } from "../../src/validators/spent.js";
import { aThread, call, codeOf, OWNER, result, text, type TestThread } from "../support/aMemory.js";
import { aBudgetScene, asks } from "../support/budgets.js";
import { aCall, eventsOf } from "../support/usage.js";

const NOW = Date.UTC(2026, 4, 5, 12);
beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

const cost = (costMicros: number, more: Partial<Spent> = {}): Spent => ({
  ...{ provider: "acme", model: "search", purpose: "tool", inputTokens: 0, outputTokens: 0, ms: 0 },
  ...{ costMicros, ...more },
});
const ended = { kind: "failed" as const, code: "STOPPED", message: "Enough." };

async function aRun(engine: "action" | "durable" = "action") {
  const thread = await aThread({ shared: false });
  const { ctx, threadId, owner } = thread;
  const begin = { threadId, agentName: "helper", engine, prompt: [text("Go.")] };
  const { runId } = await owner.turns.begin(ctx, begin);
  const save = (step: number, more: object = {}) =>
    owner.turns.saveStep(ctx, {
      ...{
        runId,
        step,
        message: { parts: [call("a")] },
        results: [],
        usage: aCall(10 + step),
        finish: false,
      },
      ...more,
    });
  const done = (used: Spent[]) => [{ callId: "a", part: result("a"), failed: false, ms: 1, used }];
  return { ...thread, runId, save, done };
}
type Run = Awaited<ReturnType<typeof aRun>>;

/** What is recorded of a run, and that its totals say the same. */
async function costsOf({ owner, ctx, runId }: Run): Promise<(number | undefined)[]> {
  const { page } = await owner.usage.list(ctx, { runId, cursor: null, limit: 200 });
  const { totals } = await owner.runs.get(ctx, { runId });
  const { calls, inputTokens, costMicros } = await owner.usage.summary(ctx, { runId });
  expect({ ...totals, calls: totals.calls }).toMatchObject({
    ...{ calls, inputTokens },
    ...(costMicros === undefined ? {} : { costMicros }),
  });
  return page
    .toReversed()
    .filter(({ purpose }) => purpose === "tool")
    .map(({ costMicros: micros }) => micros);
}

const armedIn = ({ inside }: Pick<TestThread, "inside">) =>
  inside(async ({ db }) => {
    const jobs = await db.system.query("_scheduled_functions").collect();
    return jobs.filter(({ name, state }) => name.includes("fold") && state.kind === "pending").length;
  });

describe("an end that is put off by steering", () => {
  test("adds what the tools cost to the run's totals, once", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await run.save(0);
    await owner.runs.steer(ctx, { runId, prompt: "And now?" });
    const end = { runId, outcome: { kind: "completed" as const }, unlessSteered: true };
    const results = run.done([cost(300, { key: "one" })]);
    expect((await owner.turns.end(ctx, { ...end, results })).state.kind).toBe("running");
    expect(await costsOf(run)).toEqual([300]);
    await owner.turns.end(ctx, { ...end, alsoUsed: [cost(300, { key: "one" }), cost(7, { key: "two" })] });
    expect(await costsOf(run)).toEqual([300, 7]);
  });
});

describe("a save that came through although it seemed to have failed", () => {
  test("is not counted again by the end that follows on it, with its answer, failed calls and tools", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await run.save(0);
    const used = [cost(300, { key: "t" })];
    await run.save(1, { results: run.done(used), alsoUsed: [aCall(3, { isFailed: true })] });
    const again = [aCall(3, { isFailed: true }), aCall(11, { isFailed: true }), ...used];
    await owner.turns.end(ctx, { runId, outcome: ended, alsoUsed: again });
    expect(await costsOf(run)).toEqual([300]);
    expect((await owner.runs.get(ctx, { runId })).totals.calls).toBe(4);
  });

  test("nor is an end by a save that comes behind it", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await owner.turns.end(ctx, { runId, outcome: ended, usage: aCall(10) });
    await run.save(0);
    expect((await owner.runs.get(ctx, { runId })).totals).toMatchObject({ calls: 1, inputTokens: 10 });
  });
});

describe("tools that cost the same, and take no time", () => {
  test("are paid each, also where one comes when the run has ended", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await run.save(0);
    await run.save(1, { results: run.done([cost(300, { key: "one" })]) });
    await owner.runs.cancel(ctx, { runId });
    const results = run.done([cost(300, { key: "two" })]);
    for (let attempt = 0; attempt < 2; attempt++)
      await owner.turns.end(ctx, { runId, outcome: ended, results });
    expect(await costsOf(run)).toEqual([300, 300]);
  });

  test("without keys are told apart by the step that asked, and by what they cost", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await run.save(0);
    await run.save(1, { results: run.done([cost(300)]) });
    await owner.runs.cancel(ctx, { runId });
    for (const used of [[cost(300)], [cost(300)], [cost(500)]])
      await owner.turns.end(ctx, { runId, outcome: ended, results: run.done(used) });
    expect(await costsOf(run)).toEqual([300, 300, 500]);
  });

  test("in a durable run, of which the second had its result before", async () => {
    const run = await aRun("durable");
    const { owner, ctx, runId } = run;
    await run.save(0);
    await owner.turns.startTool(ctx, { runId, callId: "a", idempotent: true });
    for (const key of ["first", "first", "second", "second"])
      await owner.turns.saveResult(ctx, { runId, ...run.done([cost(300, { key })])[0]! });
    expect(await costsOf(run)).toEqual([300, 300]);
  });

  test("by the hundreds are known, when all come again", async () => {
    const run = await aRun();
    const calls = Array.from({ length: 20 }, (_, place) => `c${place}`);
    await run.save(0, { message: { parts: calls.map((id) => call(id)) } });
    const results = calls.map((callId) => ({
      ...{ callId, part: result(callId), failed: false, ms: 1 },
      used: Array.from({ length: 16 }, (_, place) => cost(2, { key: `${callId}-${place}` })),
    }));
    for (let attempt = 0; attempt < 2; attempt++) await run.save(1, { results });
    expect((await run.owner.runs.get(run.ctx, { runId: run.runId })).totals).toMatchObject({
      ...{ calls: 2 + 320, costMicros: 640, unpricedCalls: 2 },
    });
  });

  test("have a key that is not told", async () => {
    const run = await aRun();
    await run.save(0);
    await run.save(1, { results: run.done([cost(300, { key: "secret-key" })]) });
    const { owner, ctx, runId } = run;
    const { page } = await owner.usage.list(ctx, { runId, cursor: null });
    const { lines } = await owner.usage.export(ctx, { runId, cursor: null });
    expect(JSON.stringify(page) + lines).not.toContain("secret-key");
  });
});

describe("calls that no run takes along", () => {
  test("are folded in a minute, and count in the budgets of who pays, once", async () => {
    const { budgets, ctx, owner, status, ...scene } = await aBudgetScene();
    await budgets.set(ctx, {
      ...{ per: "user", userId: OWNER.userId, tenantId: OWNER.tenantId! },
      ...{ unit: "tokens", period: "day", limit: 100, mode: "hard" },
    });
    expect(await armedIn(scene)).toBe(0);
    const lost = { runId: "gone", used: [aCall(6), aCall(7)], operationId: "lost" };
    for (let attempt = 0; attempt < 2; attempt++) await owner.turns.record(ctx, lost);
    expect(await status()).toMatchObject([{ spent: 15 }]);
    expect(await armedIn(scene)).toBe(1);
  });

  test("of a run that was silent, and holds nothing any more, count in its budgets at once", async () => {
    const { budgets, begin, save, ctx, owner, status, newThread } = await aBudgetScene();
    await budgets.set(ctx, {
      ...{ per: "user", userId: OWNER.userId, tenantId: OWNER.tenantId! },
      ...{ unit: "tokens", period: "lifetime", limit: 1_000_000, mode: "hard" },
    });
    const silent = await begin(asks());
    const other = await begin(asks(), { threadId: await newThread() });
    vi.setSystemTime(NOW + SLAB_LEASE_MS + 1);
    await save(other.runId, 0, aCall(1_000)); // takes back what the silent one holds
    await owner.turns.record(ctx, { runId: silent.runId, used: [aCall(70)] });
    const [told] = await status();
    expect(told!.spent + told!.inFlight).toBe(1_001 + 71);
    await owner.runs.cancel(ctx, { runId: silent.runId });
    await owner.runs.cancel(ctx, { runId: other.runId });
    expect(await status()).toMatchObject([{ spent: 1_001 + 71, inFlight: 0, reserved: 0 }]);
  });

  test("are forgotten with their user", async () => {
    const { memory, ctx, owner, inside } = await aThread({ shared: false });
    await owner.turns.record(ctx, { used: [aCall(6)], operationId: "lost" });
    expect(await memory.asSystem().usage.eraseUser(ctx, OWNER)).toEqual({ isDone: true });
    const rows = await inside(({ db }) => db.query("operations").collect());
    expect(JSON.stringify(rows)).not.toContain(OWNER.userId);
  });

  test("are refused where they are none, and where their step is none", async () => {
    const run = await aRun();
    const { owner, ctx, runId } = run;
    await run.save(0);
    const bad = [null, 3, "call", { ...aCall(1), key: "k".repeat(65) }, { ...aCall(1), more: 1 }];
    for (const used of bad as Spent[]) {
      const along = { runId, used: [used] };
      expect(await codeOf(owner.turns.record(ctx, along))).toBe("INVALID_ARGUMENT");
      const end = { runId, outcome: ended };
      expect(await codeOf(owner.turns.end(ctx, { ...end, alsoUsed: [used] }))).toBe("INVALID_ARGUMENT");
      expect(await codeOf(owner.turns.end(ctx, { ...end, usage: used }))).toBe("INVALID_ARGUMENT");
      expect(await codeOf(run.save(1, { usage: used }))).toBe("INVALID_ARGUMENT");
      expect(await codeOf(run.save(0, { usage: used, takeUps: 7 }))).toBe("INVALID_ARGUMENT");
    }
    for (const step of [-1, 0.5, NaN, Infinity])
      expect(await codeOf(owner.turns.record(ctx, { runId, step, used: [aCall(1)] }))).toBe(
        "INVALID_ARGUMENT",
      );
    expect(await costsOf(run)).toEqual([]);
  });
});

test("what the system's own run used while its thread is removed is paid by whom it was for", async () => {
  const { memory, ctx, threadId, owner, inside } = await aThread({ shared: false });
  const { turns } = memory.asSystem();
  const begin = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("Go.")] };
  const { runId } = await turns.begin(ctx, begin);
  await owner.threads.remove(ctx, { threadId });
  await turns.end(ctx, { runId, outcome: ended, usage: aCall(9) });
  expect(await eventsOf({ inside })).toMatchObject([{ ...OWNER, inputTokens: 9 }]);
});
