// A durable model step that may not ask its model yet: its workflow sleeps, and the run stays active.
import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TurnsClient } from "../../src/client/turns.js";
import { WAITS_MAX } from "../../src/shared/ledgerLimits.js";
import { WAIT_MAX_MS, WAIT_MAX_SLEEP_MS } from "../../src/shared/runLimits.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, leftovers, stateOf, type DurableApp } from "./durableApp.js";
import { asksFor, messagesOf, transcript, weather } from "./support.js";

const HOUR_MS = 60 * 60 * 1000;

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The component says of a step, so often, that there is no room before a time. */
function noRoom({ step, times = 1, waitMs = HOUR_MS }: { step: number; times?: number; waitMs?: number }) {
  const open = Reflect.get<TurnsClient, "open">(TurnsClient.prototype, "open");
  let left = times;
  return vi.spyOn(TurnsClient.prototype, "open").mockImplementation(async function (
    this: TurnsClient,
    ctx,
    args,
  ) {
    const start = await open.call(this, ctx, args);
    if (args.step !== step || left === 0) return start;
    left -= 1;
    return { ...start, waitUntil: Date.now() + waitMs };
  });
}

/** What is due soon is done, and what waits for an hour is not. */
const settleNow = async ({ t }: DurableApp) => {
  for (let round = 0; round < 50; round++) {
    vi.advanceTimersByTime(200);
    await t.finishInProgressScheduledFunctions();
  }
};

type InWorkflow = { runInComponent: <Out>(path: string, run: (ctx: never) => Promise<Out>) => Promise<Out> };
type Db = { db: { query: (table: string) => { collect: () => Promise<unknown[]> } } };

/** The steps that the workflow of a run keeps. */
const journalOf = ({ t }: DurableApp) =>
  (t as unknown as InWorkflow).runInComponent("workflow", ({ db }: Db) => db.query("steps").collect());

const runOf = ({ owner, ctx }: DurableApp, runId: string) => owner.runs.get(ctx, { runId });

describe("a durable run that waits for a time", () => {
  test("stays active, says until when and for what, and goes on with the same step", async () => {
    const app = await aDurableApp([{ text: "Done." }]);
    noRoom({ step: 0 });
    const startedAt = Date.now();
    const { runId } = await app.start("Go.");
    await settleNow(app);
    const run = await runOf(app, runId);
    expect(run).toMatchObject({ state: { kind: "running" }, steps: 0, waitsFor: "budget" });
    expect(run.waitsUntil).toBeGreaterThanOrEqual(startedAt + HOUR_MS);
    expect(run.waitsUntil).toBeLessThan(startedAt + HOUR_MS + 60_000);
    expect(transcript(await messagesOf(app)), "nobody is shown to write meanwhile").toEqual(["user: Go."]);
    expect(app.model.calls).toHaveLength(0);
    await app.finish();
    expect(Date.now()).toBeGreaterThanOrEqual(run.waitsUntil ?? Infinity);
    const ended = await runOf(app, runId);
    expect(ended).toMatchObject({ state: { kind: "completed" }, steps: 1 });
    expect([ended.waitsUntil, ended.waitsFor]).toEqual([undefined, undefined]);
    expect(transcript(await messagesOf(app))).toEqual(["user: Go.", "assistant: Done."]);
    expect(await leftovers(app)).toEqual({});
  });

  test.each([
    ["in the middle of a run, behind one tool", ["Oslo"]],
    ["behind several tools", ["Oslo", "Bergen"]],
  ])("waits %s", async (_, cities) => {
    const app = await aDurableApp([asksFor(...cities), { text: "Seven." }], { tools: { weather } });
    noRoom({ step: 1, times: 2 });
    const { runId } = await app.start("Weather?");
    await settleNow(app);
    expect(await runOf(app, runId)).toMatchObject({
      state: { kind: "running" },
      steps: 1,
      waitsFor: "budget",
    });
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(app.model.calls).toHaveLength(2);
    expect(await leftovers(app)).toEqual({});
  });

  test("reads what was said to it while it waited", async () => {
    const app = await aDurableApp([{ text: "After 1990." }]);
    noRoom({ step: 0 });
    const { runId } = await app.start("Books?");
    await settleNow(app);
    await app.owner.runs.steer(app.ctx, { runId, prompt: "Only after 1990." });
    await app.finish();
    expect(JSON.stringify(app.model.calls[0]?.prompt)).toContain("Only after 1990.");
    expect(transcript(await messagesOf(app)).at(-1)).toBe("assistant: After 1990.");
  });

  test("is canceled at once: its thread is free, its workflow over, and the model never asked", async () => {
    const app = await aDurableApp([{ text: "Next." }]);
    noRoom({ step: 0 });
    const { runId } = await app.start("Go.");
    await settleNow(app);
    await app.owner.runs.cancel(app.ctx, { runId, reason: "Enough." });
    expect(await runOf(app, runId)).toMatchObject({ state: { kind: "canceled", reason: "Enough." } });
    const canceledAt = Date.now();
    await settleNow(app);
    expect(await leftovers(app)).toEqual({});
    expect(Date.now() - canceledAt, "long before its time").toBeLessThan(HOUR_MS / 2);
    expect(app.model.calls).toHaveLength(0);
    const next = await app.start("And now?");
    await app.finish();
    expect(await stateOf(app, next.runId)).toMatchObject({ kind: "completed" });
  });

  test("is interrupted, and lets those behind it go on", async () => {
    const app = await aDurableApp([{ text: "Two." }, { text: "Three." }]);
    noRoom({ step: 0 });
    const one = await app.start("1?");
    await settleNow(app);
    const behind = await app.start("2?");
    expect(behind.state).toBe("queued");
    const three = await app.start("3?", undefined, { whileRunning: "interrupt" });
    expect(await stateOf(app, one.runId)).toMatchObject({ kind: "canceled" });
    await app.finish();
    for (const { runId } of [behind, three])
      expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(await leftovers(app)).toEqual({});
  });

  test("goes with its thread", async () => {
    const app = await aDurableApp([]);
    noRoom({ step: 0 });
    await app.start("Go.");
    await settleNow(app);
    await app.owner.threads.remove(app.ctx, { threadId: app.threadId });
    await app.finish();
    expect(await leftovers(app)).toEqual({});
    expect(app.model.calls).toHaveLength(0);
  });

  test("sleeps in pieces where its time is further ahead than timers hold", async () => {
    const app = await aDurableApp([{ text: "At last." }]);
    noRoom({ step: 0, waitMs: 3 * WAIT_MAX_SLEEP_MS });
    const startedAt = Date.now();
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(Date.now() - startedAt).toBeGreaterThan(3 * WAIT_MAX_SLEEP_MS);
  });

  test("fails when its file was moved meanwhile", async () => {
    const app = await aDurableApp([]);
    noRoom({ step: 0 });
    const { runId } = await app.start("Go.");
    await settleNow(app);
    for (const name of ["run", "step", "settle"]) delete app.researcher[name];
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
  });

  test("gives up after so many waits in a row, with a small journal", async () => {
    const app = await aDurableApp([]);
    const opened = noRoom({ step: 0, times: Infinity, waitMs: -1 });
    const { runId } = await app.start("Go.");
    const isLast = () => opened.mock.calls.length >= WAITS_MAX;
    await app.t.finishAllScheduledFunctions(() => isLast() || vi.runAllTimers(), 10_000);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "running" });
    const journal = await journalOf(app);
    expect(journal.length).toBeGreaterThanOrEqual(2 * WAITS_MAX - 2);
    expect(journal.length).toBeLessThanOrEqual(2 * WAITS_MAX + 1);
    expect(JSON.stringify(journal).length / WAITS_MAX).toBeLessThan(1_200);
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "BUDGET_EXCEEDED" });
    expect(opened).toHaveBeenCalledTimes(WAITS_MAX + 1);
    expect(await leftovers(app)).toEqual({});
  });

  test("waits inside the app's own workflow, which is told when it was canceled", async () => {
    const app = await aDurableApp([{ text: "Two." }]);
    noRoom({ step: 0 });
    const brief = makeFunctionReference<"mutation">("brief:brief") as never;
    const args = { threadId: app.threadId, prompts: ["1?", "2?"] };
    const id = await app.t.mutation(
      async (ctx) => await app.workflow.start(ctx as never, brief, args as never),
    );
    await settleNow(app);
    const one = await app.owner.runs.latest(app.ctx, { threadId: app.threadId });
    expect(one).toMatchObject({ state: { kind: "running" }, waitsFor: "budget" });
    await app.owner.runs.cancel(app.ctx, { runId: one?.runId ?? "" });
    await settleNow(app);
    const status = await app.t.query(async (ctx) => await app.workflow.status(ctx as never, id));
    expect(status).toMatchObject({
      type: "completed",
      result: [
        { state: "canceled", text: "" },
        { state: "completed", text: "Two." },
      ],
    });
  });
});

describe("turns.wait with a time", () => {
  test("refuses what is no time, an action's run, and who may not", async () => {
    const app = await aDurableApp([]);
    noRoom({ step: 0 });
    const { runId } = await app.start("Go.");
    await settleNow(app);
    const wait = (until: number, as = app.owner) => codeOf(as.turns.wait(app.ctx, { runId, until }));
    for (const until of [NaN, Infinity, -1, Date.now() + 2 * WAIT_MAX_MS])
      expect(await wait(until)).toBe("INVALID_ARGUMENT");
    expect(await wait(Date.now(), app.memory.as({ userId: "mallory" }))).toBe("RUN_NOT_FOUND");
    const { threadId } = await app.owner.threads.create(app.ctx, {});
    const prompt = [{ type: "text" as const, text: "Hi" }];
    const action = await app.owner.turns.begin(app.ctx, {
      threadId,
      agentName: "x",
      engine: "action",
      prompt,
    });
    expect(await codeOf(app.owner.turns.wait(app.ctx, { runId: action.runId, until: Date.now() }))).toBe(
      "INVALID_ARGUMENT",
    );
    await app.owner.runs.cancel(app.ctx, { runId });
    const ended = await app.memory.as(OWNER).turns.wait(app.ctx, { runId, until: Date.now() + 5 });
    expect(ended.state.kind, "an ended run waits for nothing").toBe("canceled");
    expect((await runOf(app, runId)).waitsUntil).toBeUndefined();
  });
});
