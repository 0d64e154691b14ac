// Slabs: what comes back, when, and once.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SLAB_LEASE_MS } from "../../src/shared/ledgerLimits.js";
import { userScope } from "../../src/shared/scope.js";
import { eraseBudgetsOf } from "../../src/component/model/budgetErase.js";
import { call, codeOf, OWNER, text } from "../support/aMemory.js";
import { aBudgetScene, asks, rowsIn, rule, usedTokens } from "../support/budgets.js";

const NOON = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 24 * 60 * 60_000;
const MIDNIGHT = Date.UTC(2026, 0, 16);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

const ask = asks({ rules: [rule()] });
const nothing = { spent: 0, reserved: 0, inFlight: 0, remaining: 1_000 };

describe("every end of a run returns what it holds, once", () => {
  const failed = { kind: "failed" as const, code: "MODEL_FAILED", message: "It failed." };
  test.each([
    ["a failure", failed],
    ["a cancel", { kind: "canceled" as const }],
    ["an end without a last step", { kind: "completed" as const }],
  ])("%s, with what the last call used", async (_what, outcome) => {
    const scene = await aBudgetScene();
    const { begin, save, owner, ctx, status } = scene;
    const { runId } = await begin(ask);
    await save(runId, 0, usedTokens(30));
    const end = { runId, outcome, usage: usedTokens(25) };
    await owner.turns.end(ctx, end);
    await owner.turns.end(ctx, end);
    expect(await status()).toEqual([{ ...nothing, spent: 55, remaining: 945 }]);
    expect(await rowsIn(scene, "slabs")).toBe(0);
  });

  test("a run that is interrupted, and one that was lost", async () => {
    const { begin, owner, ctx, threadId, status } = await aBudgetScene();
    await begin(ask);
    const turn = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("No.")] };
    await owner.turns.begin(ctx, { ...turn, whileRunning: "interrupt" });
    expect(await status()).toEqual([nothing]);
    vi.setSystemTime(Date.now() + SLAB_LEASE_MS + 1_000);
    await begin(ask);
    expect(await status()).toMatchObject([{ reserved: 4 * 101 }]); // "No." is a token
    vi.setSystemTime(Date.now() + SLAB_LEASE_MS + 1_000);
    await owner.turns.begin(ctx, turn); // finds that its action died
    expect(await status()).toEqual([nothing]);
  });

  test("a call that ends after its run is counted once", async () => {
    const { begin, owner, ctx, status } = await aBudgetScene();
    const { runId } = await begin(ask);
    await owner.runs.cancel(ctx, { runId });
    const late = { runId, step: 0, message: { parts: [text("Late.")] }, results: [], finish: true };
    await owner.turns.saveStep(ctx, { ...late, usage: usedTokens(80) });
    await owner.turns.saveStep(ctx, { ...late, usage: usedTokens(80) });
    expect(await status()).toEqual([{ ...nothing, spent: 80, remaining: 920 }]);
    const [event, ...more] = (await owner.usage.list(ctx, { cursor: null })).page;
    expect([event?.inputTokens, more]).toEqual([70, []]);
  });

  test("an action that was superseded adds what it used to the run that goes on", async () => {
    const { begin, finish, owner, ctx, status } = await aBudgetScene();
    const { runId } = await begin(ask);
    await owner.turns.takeUp(ctx, { runId, force: true });
    const stale = {
      runId,
      step: 0,
      message: { parts: [text("Old.")] },
      results: [],
      finish: true,
      takeUps: 0,
    };
    expect(await owner.turns.saveStep(ctx, { ...stale, usage: usedTokens(40) })).toMatchObject({
      superseded: true,
    });
    await owner.turns.end(ctx, { runId, outcome: failed, usage: usedTokens(15), takeUps: 0 });
    expect(await status()).toMatchObject([{ spent: 0, inFlight: 55, reserved: 400 }]);
    await finish(runId, 0, usedTokens(20));
    expect(await status()).toEqual([{ ...nothing, spent: 75, remaining: 925 }]);
  });

  test("a run that waits for somebody holds nothing, and draws when it goes on", async () => {
    const { begin, owner, ctx, status } = await aBudgetScene();
    const { runId } = await begin(ask);
    const message = { parts: [call("one")] };
    const waits = [{ callId: "one", runs: true, approvalTimeoutMs: DAY_MS }];
    const step = { runId, step: 0, message, results: [], usage: usedTokens(30), finish: false, waits };
    expect((await owner.turns.saveStep(ctx, step)).state.kind).toBe("awaitingApproval");
    expect(await status()).toEqual([{ ...nothing, spent: 30, remaining: 970 }]);
    await owner.runs.deny(ctx, { runId, callId: "one" });
    await owner.turns.takeUp(ctx, { runId, force: true });
    await owner.turns.open(ctx, { runId, step: 1 });
    // Its next call is shown at least what the runtime knows of, and the message that denies.
    expect(await status()).toMatchObject([{ spent: 30, reserved: 4 * (60 + 1 + 40) }]);
  });

  test("a nested run draws its own, and counts in the run budget of the one that asked", async () => {
    const { begin, finish, save, owner, ctx, status } = await aBudgetScene();
    const parent = await begin(asks({ rules: [rule(), rule({ per: "run", limit: 300 })] }));
    const asking = { runId: parent.runId, step: 0, message: { parts: [call("ask")] }, results: [] };
    await owner.turns.saveStep(ctx, { ...asking, usage: usedTokens(50), finish: false, nests: true });
    const { threadId } = await owner.runs.createNestedThread(ctx, { runId: parent.runId });
    const turn = { threadId, agentName: "other", engine: "action" as const, prompt: [text("Help.")] };
    const nested = await owner.turns.begin(ctx, { ...turn, parent: { runId: parent.runId }, budgets: ask });
    await finish(nested.runId, 0, usedTokens(190));
    expect(await status()).toMatchObject([{ spent: 190, inFlight: 50 }]);
    const saved = await save(parent.runId, 1, usedTokens(40));
    expect(saved.exceeded).toMatchObject({ per: "run", limit: 300, spent: 280, resetsAt: null });
    expect(await status()).toMatchObject([{ spent: 280, inFlight: 0, reserved: 0 }]);
  });
});

describe("a slab expires", () => {
  test("and the next draw takes it back with what its run says it spent; a late step is counted once and draws anew", async () => {
    const scene = await aBudgetScene();
    const { begin, save, finish, status, newThread } = scene;
    const dead = await begin(ask);
    await save(dead.runId, 0, usedTokens(30));
    vi.setSystemTime(NOON + SLAB_LEASE_MS + 1);
    expect(await status()).toMatchObject([{ spent: 0, reserved: 400, inFlight: 30 }]);
    const second = await begin(ask, { threadId: await newThread() });
    expect(await status()).toMatchObject([{ spent: 30, reserved: 400, inFlight: 0 }]);
    // It was not dead: its step is counted, and it holds something again.
    await save(dead.runId, 1, usedTokens(50));
    expect(await status()).toMatchObject([{ spent: 80, reserved: 400 + 4 * 90, inFlight: 0 }]);
    await finish(dead.runId, 2, usedTokens(10));
    await finish(second.runId, 0, usedTokens(20));
    expect(await status()).toEqual([{ spent: 110, reserved: 0, inFlight: 0, remaining: 890 }]);
    expect(await rowsIn(scene, "slabs")).toBe(0);
  });

  test("not while its run is at work, however long ago it drew", async () => {
    const { begin, save, status, newThread } = await aBudgetScene();
    const { runId } = await begin(asks({ rules: [rule({ limit: 5_000 })], slabCalls: 20 }));
    vi.setSystemTime(NOON + SLAB_LEASE_MS - 1);
    await save(runId, 0, usedTokens(30));
    vi.setSystemTime(NOON + SLAB_LEASE_MS + 1);
    await begin(asks({ rules: [rule({ limit: 5_000 })] }), { threadId: await newThread() });
    expect(await status()).toMatchObject([{ spent: 0, reserved: 2_400, inFlight: 30 }]);
  });

  test("of many runs at once makes room for a draw that would be refused", async () => {
    const scene = await aBudgetScene();
    const small = asks({ rules: [rule({ limit: 4_000 })], slabCalls: 1 });
    for (let index = 0; index < 40; index++) await scene.begin(small, { threadId: await scene.newThread() });
    expect(await codeOf(scene.begin(small))).toBe("BUDGET_EXCEEDED");
    vi.setSystemTime(NOON + SLAB_LEASE_MS + 1);
    await scene.begin(asks({ rules: [rule({ limit: 4_000 })], inputTokens: 1_500, slabCalls: 1 }));
    const [{ reserved, remaining } = { reserved: 0, remaining: 0 }] = await scene.status();
    expect(reserved + remaining).toBe(4_000);
    expect(await rowsIn(scene, "slabs")).toBe(1);
  });

  test("eight of them for a draw that has room", async () => {
    const scene = await aBudgetScene();
    const small = asks({ rules: [rule({ limit: 100_000 })], slabCalls: 1 });
    for (let index = 0; index < 20; index++) await scene.begin(small, { threadId: await scene.newThread() });
    vi.setSystemTime(NOON + SLAB_LEASE_MS + 1);
    await scene.begin(small);
    expect(await rowsIn(scene, "slabs")).toBe(20 - 8 + 1);
  });
});

describe("a period ends while a run is under way", () => {
  test("what it drew before is settled there, and it draws anew for its next call", async () => {
    const { begin, save, finish, status, newThread } = await aBudgetScene();
    const { runId } = await begin(ask);
    await save(runId, 0, usedTokens(30));
    vi.setSystemTime(MIDNIGHT + 1);
    expect(await status()).toEqual([nothing]);
    await begin(ask, { threadId: await newThread() });
    expect(await status()).toMatchObject([{ spent: 0, reserved: 400 }]);
    await save(runId, 1, usedTokens(20)); // begun before midnight: it counts in the day before
    expect(await status()).toMatchObject([{ spent: 0, reserved: 400 + 4 * 60, inFlight: 0 }]);
    await finish(runId, 2, usedTokens(25));
    expect(await status()).toMatchObject([{ spent: 25, reserved: 400, inFlight: 0 }]);
  });

  test("it draws anew for its next call, also where it holds enough and nobody else has drawn", async () => {
    const { begin, save, finish, status } = await aBudgetScene();
    vi.setSystemTime(MIDNIGHT - 60_000);
    const { runId } = await begin(ask);
    vi.setSystemTime(MIDNIGHT + 60_000);
    await save(runId, 0, usedTokens(20));
    expect(await status()).toMatchObject([{ spent: 0, inFlight: 0, reserved: 4 * 60 }]);
    await finish(runId, 1, usedTokens(30));
    expect(await status()).toMatchObject([{ spent: 30, reserved: 0 }]);
  });

  test("a return in the new period that nobody has begun yet is settled to the old one", async () => {
    const { begin, finish, status, inside } = await aBudgetScene();
    const { runId } = await begin(ask);
    vi.setSystemTime(MIDNIGHT + 1);
    await finish(runId, 0, usedTokens(30));
    const [row] = await inside(async ({ db }) => await db.query("budgets").collect());
    expect(row).toMatchObject({ startedAt: MIDNIGHT - DAY_MS, spent: 30, reserved: 0 });
    expect(await status()).toEqual([nothing]);
  });

  test("a clock that is behind does not begin the old period again", async () => {
    const { begin, status, newThread } = await aBudgetScene();
    vi.setSystemTime(MIDNIGHT + 1);
    await begin(ask);
    vi.setSystemTime(MIDNIGHT - 1);
    await begin(ask, { threadId: await newThread() });
    vi.setSystemTime(MIDNIGHT + 2);
    expect(await status()).toMatchObject([{ reserved: 800 }]);
  });
});

describe("what holds of a budget goes with it, and outlives it", () => {
  const mine = { ...rule(), per: "user" as const, userId: "olga", tenantId: "acme" };

  test("a budget that is removed: its slabs go, its runs go on", async () => {
    const scene = await aBudgetScene();
    const { budgets, ctx, begin, save, finish, status } = scene;
    const { budgetId } = await budgets.set(ctx, mine);
    const { runId } = await begin(asks());
    await budgets.remove(ctx, { budgetId });
    expect([await rowsIn(scene, "budgets"), await rowsIn(scene, "slabs")]).toEqual([0, 0]);
    expect((await save(runId, 0, usedTokens(390))).state.kind).toBe("running"); // draws anew, from nothing
    await budgets.set(ctx, mine);
    await finish(runId, 1, usedTokens(20));
    expect(await status()).toEqual([nothing]);
    expect(await codeOf(budgets.remove(ctx, { budgetId }))).toBe("BUDGET_NOT_FOUND");
  });

  test("more slabs than a mutation removes are swept", async () => {
    const scene = await aBudgetScene();
    const { budgetId } = await scene.budgets.set(scene.ctx, { ...mine, limit: 1_000_000 });
    const { runId } = await scene.begin(asks());
    await scene.inside(async ({ db }) => {
      const [slab] = await db.query("slabs").collect();
      if (slab === undefined) throw new TypeError("No slab.");
      const { _id, _creationTime, ...copy } = slab;
      for (let index = 0; index < 2_500; index++) await db.insert("slabs", copy);
    });
    await scene.budgets.remove(scene.ctx, { budgetId });
    expect(await rowsIn(scene, "slabs")).toBeGreaterThan(0);
    await scene.finishSweeps();
    expect(await rowsIn(scene, "slabs")).toBe(0);
    await scene.finish(runId, 0, usedTokens(20));
  });

  test("a user's, erased by the app: open runs go on, and add to nothing", async () => {
    const scene = await aBudgetScene();
    const { budgets, ctx, begin, finish } = scene;
    await budgets.set(ctx, mine);
    await budgets.set(ctx, { ...mine, period: "month" });
    await budgets.set(ctx, { ...mine, userId: "wendy" });
    const { runId } = await begin(asks());
    const erased = await scene.inside(async (inner) => await eraseBudgetsOf(inner, userScope(OWNER)));
    expect(erased).toEqual({ budgets: 2 });
    expect([await rowsIn(scene, "budgets"), await rowsIn(scene, "slabs")]).toEqual([1, 0]);
    expect((await finish(runId, 0, usedTokens(20))).state.kind).toBe("completed");
  });

  test("a thread that is removed with a run under way gives back what that holds; its own budgets go", async () => {
    const scene = await aBudgetScene();
    const { budgets, ctx, begin, save, owner, threadId, status } = scene;
    await budgets.set(ctx, mine);
    await budgets.set(ctx, { ...rule(), per: "thread", threadId });
    const { runId } = await begin(asks());
    await save(runId, 0, usedTokens(30));
    await owner.threads.remove(ctx, { threadId });
    await scene.finishSweeps();
    expect(await status()).toEqual([{ ...nothing, spent: 30, remaining: 970 }]);
    expect([await rowsIn(scene, "budgets"), await rowsIn(scene, "slabs")]).toEqual([1, 0]);
  });

  test.each(["app", "rule"] as const)(
    "what was called while its thread was removed counts all the same, in a budget of the %s's",
    async (whose) => {
      const scene = await aBudgetScene();
      const { budgets, ctx, begin, owner, threadId, status } = scene;
      if (whose === "app") await budgets.set(ctx, mine);
      const { runId } = await begin(whose === "app" ? asks() : asks({ rules: [rule()] }));
      await owner.threads.remove(ctx, { threadId });
      await scene.finishSweeps();
      expect(await status()).toEqual([{ ...nothing, spent: 0, remaining: 1_000 }]);
      await owner.turns.record(ctx, { runId, used: [usedTokens(70), usedTokens(30)] });
      expect(await status()).toEqual([{ ...nothing, spent: 100, remaining: 900 }]);
    },
  );
});
