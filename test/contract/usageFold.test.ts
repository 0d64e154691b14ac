import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { armFold, ensureFold } from "../../src/component/model/foldArming.js";
import { FOLD_LOST_MS } from "../../src/shared/ledgerLimits.js";
import { aThread, call, text, type TestThread } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";
import { used } from "../support/turns.js";
import { aCall, eventsOf, foldNow, naiveSum, runFold, writeEvents } from "../support/usage.js";
import { held } from "../support/waitingRun.js";

const NOW = Date.UTC(2026, 4, 5, 12);
const MINUTE_MS = 60_000;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The row that says when the next fold is due, and the folds that are scheduled. */
const armedIn = ({ inside }: TestThread) =>
  inside(async ({ db }) => {
    const jobs = await db.system.query("_scheduled_functions").collect();
    const folds = jobs.filter(({ name, state }) => name.includes("fold") && state.kind === "pending");
    return { row: await db.query("usageFolds").first(), folds: folds.length };
  });
const markIn = ({ inside }: TestThread) => inside(({ db }) => db.query("usageMarks").first());
const sumsIn = ({ inside }: TestThread, subject: string) =>
  inside(async ({ db }) =>
    (await db.query("usageRollups").collect()).filter((row) => row.subject === subject),
  );
/** Events that no sum holds. */
async function unfolded(scene: TestThread): Promise<number> {
  const mark = await markIn(scene);
  return (await eventsOf(scene)).filter(({ commitTs }) => (commitTs as bigint) > (mark?.commitTs ?? 0n))
    .length;
}

/** Begins a run and saves one step of it. */
async function aStep({ ctx, owner, threadId }: TestThread, step: object) {
  const begin = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("Hello")] };
  const { runId } = await owner.turns.begin(ctx, begin);
  const message = { parts: [text("Hi")] };
  await owner.turns.saveStep(ctx, {
    runId,
    step: 0,
    message,
    results: [],
    usage: used,
    finish: true,
    ...step,
  });
  return runId;
}

describe("promise 8: what is folded is armed by what is to be folded", () => {
  test("a thread arms nothing, the end of its first turn a fold in a minute, and further turns no other", async () => {
    const scene = await aThread();
    expect(await armedIn(scene)).toMatchObject({ row: { dueAt: 0 }, folds: 0 });
    await aStep(scene, {});
    const first = await armedIn(scene);
    expect(first).toMatchObject({ row: { dueAt: NOW + MINUTE_MS }, folds: 1 });
    vi.setSystemTime(NOW + 10_000);
    for (let turn = 0; turn < 3; turn++) await aStep(scene, {});
    await scene.owner.usage.record(scene.ctx, { usage: used });
    expect(await armedIn(scene)).toEqual(first);
  });

  test("it folds all, looks once more a minute later, and stops", async () => {
    const scene = await aThread();
    await aStep(scene, {});
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    await scene.t.finishInProgressScheduledFunctions();
    expect(await unfolded(scene)).toBe(0);
    expect(await armedIn(scene)).toMatchObject({ row: { dueAt: NOW + 2 * MINUTE_MS }, folds: 1 });
    await scene.finishSweeps();
    expect(await armedIn(scene)).toMatchObject({ row: { dueAt: 0 }, folds: 0 });
    await aStep(scene, {});
    expect((await armedIn(scene)).folds).toBe(1);
  });

  test("a run that waits arms it, and one that fails, and one of many steps on its way", async () => {
    const waiting = await aThread();
    const waits = { finish: false, message: { parts: [call("held")] }, waits: [held("held")] };
    await aStep(waiting, waits);
    expect((await armedIn(waiting)).folds).toBe(1);

    const failed = await aThread();
    const runId = await aStep(failed, { finish: false });
    expect((await armedIn(failed)).folds).toBe(0);
    const outcome = { kind: "failed" as const, code: "MODEL_FAILED" as const, message: "Away." };
    await failed.owner.turns.end(failed.ctx, { runId, outcome });
    expect((await armedIn(failed)).folds).toBe(1);

    const long = await aThread();
    const longRun = await aStep(long, { finish: false });
    const go = { runId: longRun, message: { parts: [text("on")] }, results: [], usage: used, finish: false };
    for (let step = 1; step < 15; step++) await long.owner.turns.saveStep(long.ctx, { ...go, step });
    expect((await armedIn(long)).folds).toBe(0);
    await long.owner.turns.saveStep(long.ctx, { ...go, step: 15 });
    expect((await armedIn(long)).folds).toBe(1);
  });

  test("what a call used that comes after its run's end arms it, too", async () => {
    const scene = await aThread();
    const runId = await aStep(scene, { finish: false });
    await scene.owner.runs.cancel(scene.ctx, { runId });
    await scene.finishSweeps();
    const message = { parts: [text("late")] };
    await scene.owner.turns.saveStep(scene.ctx, {
      runId,
      step: 1,
      message,
      results: [],
      usage: used,
      finish: true,
    });
    expect(await unfolded(scene)).toBe(1);
    expect((await armedIn(scene)).folds).toBe(1);
  });

  test("the look costs one range, and no document while one is armed", async () => {
    const scene = await aThread();
    await aStep(scene, {});
    expect(await costOf(scene, armFold)).toMatchObject({ ranges: 1, documentsRead: 0, documentsWritten: 0 });
  });
});

describe("a fold that was lost", () => {
  test("is found by the next look, and takes half, for it may have been too much", async () => {
    const scene = await aThread();
    await aStep(scene, {});
    await scene.inside(async (ctx) => {
      const jobs = await ctx.db.system.query("_scheduled_functions").collect();
      for (const { _id } of jobs) await ctx.scheduler.cancel(_id);
    });
    vi.setSystemTime(NOW + FOLD_LOST_MS);
    await aStep(scene, {});
    expect((await armedIn(scene)).folds).toBe(0);
    vi.setSystemTime(NOW + MINUTE_MS + FOLD_LOST_MS + 1);
    await aStep(scene, {});
    expect(await armedIn(scene)).toMatchObject({ row: { maxEvents: 250 }, folds: 1 });
    await scene.finishSweeps();
    expect(await unfolded(scene)).toBe(0);
    expect((await armedIn(scene)).row).not.toHaveProperty("maxEvents");
  });

  test("by a clock that was years ahead is found by the full check", async () => {
    const scene = await aThread();
    const ahead = async (dueAt: number) =>
      await scene.inside(async ({ db }) => {
        const row = await db.query("usageFolds").first();
        await db.patch("usageFolds", row!._id, { dueAt });
      });
    await ahead(NOW + 1_000 * 24 * 60 * MINUTE_MS);
    await scene.inside(ensureFold);
    expect(await armedIn(scene)).toMatchObject({ row: { dueAt: NOW + MINUTE_MS }, folds: 1 });
  });
});

describe("a fold", () => {
  test("that is not the one that is due does nothing, so two at once are no more than one", async () => {
    const scene = await aThread();
    await writeEvents(scene, [{}, {}]);
    await scene.inside(ensureFold);
    const { row } = await armedIn(scene);
    await runFold(scene, (row?.dueAt ?? 0) - 1);
    expect(await markIn(scene)).toBeNull();
    await runFold(scene, row?.dueAt ?? 0);
    await runFold(scene, row?.dueAt ?? 0);
    expect(await sumsIn(scene, "*")).toMatchObject([{ calls: 2 }]);
    await scene.finishSweeps();
    expect(await sumsIn(scene, "*")).toMatchObject([{ calls: 2 }]);
  });

  test("never splits a commit: it leaves one that would not fit, and takes one of more than a page whole", async () => {
    const scene = await aThread();
    for (const events of [2, 2, 9, 1])
      await writeEvents(
        scene,
        Array.from({ length: events }, () => ({})),
      );
    const left: number[] = [];
    for (let page = 0; page < 5; page++) {
      await foldNow(scene, 3);
      left.push(await unfolded(scene));
    }
    expect(left).toEqual([12, 10, 1, 0, 0]);
  });

  test("comes back at once while more than a page is left", async () => {
    const scene = await aThread();
    for (let commit = 0; commit < 4; commit++)
      await writeEvents(
        scene,
        Array.from({ length: 300 }, (_, index) => ({ inputTokens: index })),
      );
    await foldNow(scene);
    expect(await unfolded(scene)).toBe(900);
    expect((await armedIn(scene)).row?.dueAt).toBe(NOW);
    for (let page = 0; page < 3; page++) {
      await vi.advanceTimersByTimeAsync(1);
      await scene.t.finishInProgressScheduledFunctions();
    }
    expect(await unfolded(scene)).toBe(0);
    expect(Date.now()).toBeLessThan(NOW + 100);
    const { groups: _, ...sum } = await scene.memory.asSystem().usage.summary(scene.ctx, {});
    expect(sum).toMatchObject(naiveSum(await eventsOf(scene)));
  });

  test("is not held up by rows that went wrong", async () => {
    const scene = await aThread();
    const bad = [{ userId: "" }, { tenantId: "", userId: "x" }, { inputTokens: NaN }, { outputTokens: -3 }];
    await writeEvents(scene, [...bad, { provider: "p".repeat(600), costMicros: Infinity }, {}]);
    await foldNow(scene);
    expect(await unfolded(scene)).toBe(0);
    const sum = await scene.memory.asSystem().usage.summary(scene.ctx, {});
    expect(sum).toMatchObject({
      ...naiveSum(await eventsOf(scene)),
      calls: 6,
      inputTokens: 5,
      outputTokens: 5,
    });
  });

  test("of a ledger in which much happens comes before a page is full", async () => {
    const scene = await aThread();
    await writeEvents(scene, [{}]);
    await foldNow(scene);
    vi.setSystemTime(NOW + 4_000);
    await writeEvents(
      scene,
      Array.from({ length: 100 }, () => ({})),
    );
    await foldNow(scene);
    expect((await armedIn(scene)).row?.dueAt).toBe(NOW + 4_000 + 16_000);
  });
});

describe("a thread that is removed", () => {
  test("takes its sums with it and leaves its events; a fold that comes later makes no new ones", async () => {
    const scene = await aThread({ shared: false });
    const { ctx, threadId, owner } = scene;
    await aStep(scene, {});
    await foldNow(scene);
    expect(await scene.countRows()).toMatchObject({ usageRollups: 1 });
    await owner.usage.record(ctx, { usage: aCall(9), threadId });
    await owner.threads.remove(ctx, { threadId });
    await foldNow(scene);
    await scene.finishSweeps();
    expect(await scene.countRows()).toEqual({ scopeCounts: 1, usageEvents: 2 });
    const { threadId: other } = await owner.threads.create(ctx, {});
    await owner.usage.record(ctx, { usage: aCall(2), threadId: other });
    await owner.threads.remove(ctx, { threadId: other });
    vi.advanceTimersByTime(1);
    await scene.finishSweeps();
    await foldNow(scene);
    expect(await scene.countRows()).toEqual({ scopeCounts: 1, usageEvents: 3 });
    expect(await owner.usage.summary(ctx, {})).toMatchObject({
      calls: 3,
      inputTokens: used.inputTokens + 11,
    });
  });
});
