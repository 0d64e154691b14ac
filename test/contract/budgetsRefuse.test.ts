// What a run is told that has no room in its budgets, and what becomes of it.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SLAB_LEASE_MS } from "../../src/shared/ledgerLimits.js";
import { isMemoryError } from "../../src/validators/errors.js";
import { codeOf } from "../support/aMemory.js";
import { aBudgetScene, asks, rowsIn, rule, usedTokens } from "../support/budgets.js";

const NOON = Date.UTC(2026, 0, 15, 12);
const MIDNIGHT = Date.UTC(2026, 0, 16);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

const detailsOf = (error: unknown) => (isMemoryError(error) ? error.data.details : error);
const refused = (promise: Promise<unknown>) => promise.then(() => "begun", detailsOf);

describe("a run that begins without room", () => {
  test("is refused with which budget, its limit, what is spent and reserved, and when it resets; nothing is written", async () => {
    const scene = await aBudgetScene();
    const { begin, finish, newThread, threadId } = scene;
    const ask = asks({ rules: [rule({ limit: 250 })] });
    const { runId } = await begin(ask, { threadId: await newThread() });
    await finish(runId, 0, usedTokens(170));
    const before = await scene.countRows();
    expect(await refused(begin(ask))).toEqual({
      ...{ budgetId: expect.any(String) as unknown, per: "user", unit: "tokens", period: "day", limit: 250 },
      ...{ spent: 170, reserved: 0, resetsAt: MIDNIGHT },
    });
    expect(await scene.countRows()).toEqual(before);
    expect(await scene.owner.runs.latest(scene.ctx, { threadId })).toBeNull();
  });

  test.each([
    ["month", Date.UTC(2026, 1, 1)],
    ["lifetime", null],
  ] as const)("of a %s is told when that begins anew", async (period, resetsAt) => {
    const { begin } = await aBudgetScene();
    const error = await refused(begin(asks({ rules: [rule({ period, limit: 0 })] })));
    expect(error).toMatchObject({ period, resetsAt });
  });

  test("that interrupts another leaves it be", async () => {
    const { begin, budgets, ctx, owner, threadId } = await aBudgetScene();
    const { runId } = await begin(asks());
    await budgets.set(ctx, { ...rule({ limit: 0 }), per: "user", userId: "olga", tenantId: "acme" });
    const prompt = [{ type: "text" as const, text: "Stop." }];
    const turn = { threadId, agentName: "helper", engine: "action" as const, prompt, budgets: asks() };
    const begun = owner.turns.begin(ctx, { ...turn, whileRunning: "interrupt" });
    expect(await codeOf(begun)).toBe("BUDGET_EXCEEDED");
    expect((await owner.runs.get(ctx, { runId })).state).toEqual({ kind: "running" });
  });

  test("draws from none of several budgets where one has no room", async () => {
    const scene = await aBudgetScene();
    const rules = [rule(), rule({ unit: "tokens", period: "month", limit: 99 }), rule({ per: "thread" })];
    expect(await codeOf(scene.begin(asks({ rules })))).toBe("BUDGET_EXCEEDED");
    expect(await scene.status({ threadId: scene.threadId })).toEqual([]);
    expect(await rowsIn(scene, "slabs")).toBe(0);
    const roomy = rules.map((one) => ({ ...one, limit: 1_000 }));
    await scene.begin(asks({ rules: roomy }));
    const drawn = { spent: 0, reserved: 400, inFlight: 0, remaining: 600 };
    expect(await scene.status({ threadId: scene.threadId })).toEqual([drawn, drawn, drawn]);
  });

  test("that has waited for its turn is ended when it opens its first step", async () => {
    const { begin, finish, owner, ctx, threadId, budgets } = await aBudgetScene();
    const first = await begin(asks());
    const prompt = [{ type: "text" as const, text: "Then?" }];
    const turn = { threadId, agentName: "helper", engine: "action" as const, prompt, budgets: asks() };
    const second = await owner.turns.begin(ctx, { ...turn, whileRunning: "queue" });
    expect(second.state.kind).toBe("queued");
    await budgets.set(ctx, { ...rule({ limit: 50 }), per: "user", userId: "olga", tenantId: "acme" });
    await finish(first.runId, 0, usedTokens(20));
    const opened = await owner.turns.open(ctx, { runId: second.runId, step: 0, stream: true });
    expect(opened).toMatchObject({ context: [], exceeded: { limit: 50 } });
    expect(opened.state).toMatchObject({ kind: "failed", code: "BUDGET_EXCEEDED" });
    expect(opened.streamId).toBeUndefined();
  });

  test("and one that waited and finds room draws then, for what it is shown", async () => {
    const { begin, finish, owner, ctx, threadId, status } = await aBudgetScene();
    const first = await begin(asks());
    const prompt = [{ type: "text" as const, text: "x".repeat(400) }];
    const turn = { threadId, agentName: "helper", engine: "action" as const, prompt };
    const ask = { ...turn, budgets: asks({ rules: [rule({ limit: 5_000 })] }) };
    const { runId } = await owner.turns.begin(ctx, { ...ask, whileRunning: "queue" });
    expect(await status()).toEqual([]);
    await finish(first.runId, 0, usedTokens(20));
    const { context } = await owner.turns.open(ctx, { runId, step: 0 });
    const shown = context.reduce((sum, { tokens }) => sum + tokens, 0);
    expect(shown).toBeGreaterThanOrEqual(100);
    expect(await status()).toMatchObject([{ reserved: 4 * (100 + shown) }]);
    await owner.turns.open(ctx, { runId, step: 0 }); // killed and opened again: it holds enough
    expect(await status()).toMatchObject([{ reserved: 4 * (100 + shown) }]);
  });
});

describe("a run that is under way", () => {
  test("ends in the step that leaves no room, before its calls run and the model is asked again", async () => {
    const scene = await aBudgetScene();
    const { begin, save, status, owner, ctx, threadId } = scene;
    const { runId } = await begin(asks({ rules: [rule({ limit: 500 })] }));
    const saved = await save(runId, 0, usedTokens(300));
    expect(saved).toMatchObject({
      saved: true,
      calls: [],
      state: { kind: "failed", code: "BUDGET_EXCEEDED" },
    });
    expect(saved.exceeded).toMatchObject({
      per: "user",
      limit: 500,
      spent: 300,
      reserved: 0,
      resetsAt: MIDNIGHT,
    });
    const { page } = await owner.messages.list(ctx, { threadId, cursor: null, order: "asc" });
    expect(page.at(-1)?.parts).toMatchObject([{ type: "toolResult", outputKind: "interrupted" }]);
    expect(await status()).toEqual([{ spent: 300, reserved: 0, inFlight: 0, remaining: 200 }]);
    expect(await rowsIn(scene, "slabs")).toBe(0);
    const again = await save(runId, 0, usedTokens(300));
    expect(again).toMatchObject({ saved: false, calls: [], exceeded: saved.exceeded });
    expect(await status()).toMatchObject([{ spent: 300 }]);
    const { runId: next } = await begin(asks()); // the thread is free
    expect(next).not.toBe(runId);
  });

  test("says so in words, with the code", async () => {
    const { begin, save, owner, ctx } = await aBudgetScene();
    const { runId } = await begin(asks({ rules: [rule({ per: "run", limit: 200 })] }));
    await save(runId, 0, usedTokens(150));
    const { state } = await owner.runs.get(ctx, { runId });
    expect(state).toMatchObject({ kind: "failed", code: "BUDGET_EXCEEDED" });
    expect(state.kind === "failed" && state.message).toMatch(
      /^The lifetime budget of the run, 200 tokens, has no room/,
    );
  });

  test("of a durable engine ends with rows for its calls, which are interrupted", async () => {
    const { begin, save, owner, ctx } = await aBudgetScene();
    const { runId } = await begin(asks({ rules: [rule({ limit: 400 })] }), { engine: "durable" });
    expect(await save(runId, 0, usedTokens(300))).toMatchObject({ exceeded: { limit: 400 } });
    const { page } = await owner.runs.listToolCalls(ctx, { runId, cursor: null });
    expect(page.map(({ state }) => state.kind)).toEqual(["interrupted"]);
  });

  test("whose last answer passes the limit is completed: what was spent was spent", async () => {
    const { begin, finish, status, newThread } = await aBudgetScene();
    const { runId } = await begin(asks({ rules: [rule({ limit: 100 })] }));
    expect((await finish(runId, 0, usedTokens(130))).state.kind).toBe("completed");
    expect(await status()).toEqual([{ spent: 130, reserved: 0, inFlight: 0, remaining: 0 }]);
    const next = begin(asks({ rules: [rule({ limit: 100 })] }), { threadId: await newThread() });
    expect(await codeOf(next)).toBe("BUDGET_EXCEEDED");
  });

  test("meets a limit that was lowered, and a budget that was set, with its next draw", async () => {
    const { begin, save, budgets, ctx, owner } = await aBudgetScene();
    const { runId } = await begin(asks({ rules: [rule({ per: "thread", limit: 100_000 })] }));
    const mine = { ...rule({ limit: 10 }), per: "user" as const, userId: "olga", tenantId: "acme" };
    await budgets.set(ctx, mine);
    expect((await save(runId, 0, usedTokens(50))).exceeded).toBeUndefined(); // it holds enough for the next
    expect((await save(runId, 1, usedTokens(360))).exceeded).toMatchObject({ per: "user", limit: 10 });
    expect((await owner.runs.get(ctx, { runId })).state.kind).toBe("failed");
  });
});

describe("a durable run that is to wait", () => {
  const waiting = asks({ rules: [rule({ limit: 400 })], whenExceeded: "wait" });

  test("is begun for when its budget begins anew", async () => {
    const { begin, finish, newThread, threadId, owner, ctx } = await aBudgetScene();
    const { runId } = await begin(waiting, { threadId: await newThread() });
    await finish(runId, 0, usedTokens(390));
    const later = await begin(waiting, { engine: "durable" });
    expect(later).toMatchObject({
      state: { kind: "queued", startAt: MIDNIGHT },
      context: [],
      repeated: false,
    });
    expect((await owner.runs.get(ctx, { runId: later.runId })).threadId).toBe(threadId);
    expect(await codeOf(begin(waiting, { threadId: await newThread() }))).toBe("BUDGET_EXCEEDED"); // in an action
  });

  test("stays running and holds nothing, and draws when its next step opens in the new period", async () => {
    const { begin, save, status, owner, ctx } = await aBudgetScene();
    const { runId } = await begin(waiting, { engine: "durable" });
    const saved = await save(runId, 0, usedTokens(300));
    expect(saved).toMatchObject({ state: { kind: "running" }, waitUntil: MIDNIGHT });
    expect(saved.calls).toHaveLength(1); // its tools may run meanwhile
    expect(await status()).toEqual([{ spent: 300, reserved: 0, inFlight: 0, remaining: 100 }]);
    const early = await owner.turns.open(ctx, { runId, step: 1, stream: true });
    expect(early).toMatchObject({ state: { kind: "running" }, waitUntil: MIDNIGHT, context: [] });
    expect(early.streamId).toBeUndefined();
    vi.setSystemTime(MIDNIGHT);
    const due = await owner.turns.open(ctx, { runId, step: 1, stream: true });
    expect(due.waitUntil).toBeUndefined();
    expect(due.streamId).toBeDefined();
    expect(await status()).toEqual([{ spent: 0, reserved: 400, inFlight: 0, remaining: 0 }]);
  });

  test("that interrupts another and has to wait leaves the thread to who waits for it", async () => {
    const { begin, save, budgets, owner, ctx, threadId } = await aBudgetScene();
    const { runId } = await begin(undefined, { engine: "durable" });
    await save(runId, 0, usedTokens(20));
    const turn = { threadId, agentName: "helper", engine: "durable" as const };
    const prompt = [{ type: "text" as const, text: "And Bergen?" }];
    const queued = await owner.turns.begin(ctx, { ...turn, prompt, whileRunning: "queue" });
    await budgets.set(ctx, { ...rule({ limit: 250 }), per: "user", userId: "olga", tenantId: "acme" });
    await begin(asks(), { threadId: (await owner.threads.create(ctx, {})).threadId }); // draws all
    const ask = asks({ whenExceeded: "wait" });
    const begun = await owner.turns.begin(ctx, { ...turn, prompt, whileRunning: "interrupt", budgets: ask });
    expect(begun.state).toEqual({ kind: "queued", startAt: MIDNIGHT });
    const stateOf = async (run: string) => (await owner.runs.get(ctx, { runId: run })).state.kind;
    expect([await stateOf(runId), await stateOf(queued.runId)]).toEqual(["canceled", "running"]);
  });

  test("can be canceled while it waits", async () => {
    const { begin, save, owner, ctx, status } = await aBudgetScene();
    const { runId } = await begin(waiting, { engine: "durable" });
    await save(runId, 0, usedTokens(300));
    await owner.runs.cancel(ctx, { runId });
    expect(await owner.turns.open(ctx, { runId, step: 1 })).toMatchObject({ state: { kind: "canceled" } });
    expect(await status()).toMatchObject([{ spent: 300, reserved: 0 }]);
  });

  test("waits for the budget that begins anew last, and ends where one never does", async () => {
    const { begin, finish, newThread } = await aBudgetScene();
    const both = [rule({ limit: 100 }), rule({ period: "month", limit: 100 })];
    const ends = [...both, rule({ period: "lifetime", limit: 100 })];
    const { runId } = await begin(asks({ rules: ends }), { threadId: await newThread() });
    await finish(runId, 0, usedTokens(30));
    const month = await begin(asks({ rules: both, whenExceeded: "wait" }), { engine: "durable" });
    expect(month.state).toMatchObject({ startAt: Date.UTC(2026, 1, 1) });
    const ask = asks({ rules: ends, whenExceeded: "wait" });
    const error = await refused(begin(ask, { engine: "durable", threadId: await newThread() }));
    expect(error).toMatchObject({ period: "lifetime", resetsAt: null });
  });

  test("keeps what it took back of runs that died, also where that was not enough", async () => {
    const scene = await aBudgetScene();
    const { begin, save, newThread, status } = scene;
    const dead = await begin(waiting, { threadId: await newThread() });
    await save(dead.runId, 0, usedTokens(120));
    expect(await status()).toMatchObject([{ spent: 0, reserved: 400 }]);
    vi.setSystemTime(NOON + SLAB_LEASE_MS + 1_000);
    const large = await begin({ ...waiting, inputTokens: 300 }, { engine: "durable" });
    expect(large.state.kind).toBe("queued");
    expect(await status()).toEqual([{ spent: 120, reserved: 0, inFlight: 0, remaining: 280 }]);
    expect(await rowsIn(scene, "slabs")).toBe(1); // that it waits
  });

  test("does not wait for a budget that could never hold its call", async () => {
    const { begin } = await aBudgetScene();
    const ask = asks({ rules: [rule({ limit: 99 })], whenExceeded: "wait" });
    expect(await refused(begin(ask, { engine: "durable" }))).toMatchObject({ limit: 99, resetsAt: MIDNIGHT });
  });
});
