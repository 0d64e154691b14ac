// A draw for a call that is not as its run had held it to be.
import { describe, expect, test } from "vitest";
import { codeOf } from "../support/aMemory.js";
import { aBudgetScene, asks, rowsIn, rule, usedTokens } from "../support/budgets.js";

const named = { provider: "test", model: "scripted" };
const budgetOf = (limit: number) => asks({ rules: [rule({ limit })] });

describe("what a run holds", () => {
  test("is told with what it draws, as the input that its next call may have", async () => {
    const { begin, save, finish, newThread } = await aBudgetScene();
    const { runId, holds } = await begin(budgetOf(1_000));
    expect(holds).toEqual({ inputTokens: 360 });
    expect((await save(runId, 0, usedTokens(50))).holds).toEqual({ inputTokens: 310 });
    expect((await finish(runId, 1, usedTokens(50))).holds).toBeUndefined();
    const threads = [await newThread(), await newThread()];
    expect((await begin(undefined, { threadId: threads[0]! })).holds).toBeUndefined();
    const soft = asks({ rules: [rule({ mode: "soft", period: "month" })] });
    expect((await begin(soft, { threadId: threads[1]! })).holds).toBeUndefined();
  });

  test("says for whose prices, where costs are limited", async () => {
    const { begin, memory, ctx } = await aBudgetScene();
    const price = { ...named, prices: { input: 2_000_000, output: 10_000_000 } };
    await memory.asSystem().prices.load(ctx, { prices: [price] });
    const { holds } = await begin(asks({ rules: [rule({ unit: "cost", limit: 1_000 })] }));
    // A call is held to cost 520; 1,000 is all there is, and an output of 40 costs 400 of it.
    expect(holds).toEqual({ inputTokens: 299, pricedAs: named });
  });
});

describe("turns.draw", () => {
  test("draws nothing for what the run holds, and what is needed for more, once", async () => {
    const { begin, owner, ctx, status } = await aBudgetScene();
    const { runId } = await begin(budgetOf(1_000));
    expect(await owner.turns.draw(ctx, { runId, inputTokens: 360, ...named })).toEqual({});
    expect(await status()).toMatchObject([{ spent: 0, reserved: 400 }]);
    for (let time = 0; time < 2; time++) {
      expect(await owner.turns.draw(ctx, { runId, inputTokens: 500, ...named })).toEqual({});
      expect(await status()).toMatchObject([{ spent: 0, reserved: 1_000, remaining: 0 }]);
    }
  });

  test("without room gives back what the run holds, and says why", async () => {
    const scene = await aBudgetScene();
    const { begin, save, owner, ctx, status } = scene;
    const { runId } = await begin(budgetOf(1_000));
    await save(runId, 0, usedTokens(50));
    const drawn = await owner.turns.draw(ctx, { runId, inputTokens: 911, ...named });
    expect(drawn).toMatchObject({
      refused: { code: "BUDGET_EXCEEDED" },
      exceeded: { per: "user", limit: 1_000, spent: 50, reserved: 0 },
    });
    expect(await status()).toEqual([{ spent: 50, reserved: 0, inFlight: 0, remaining: 950 }]);
    expect(await rowsIn(scene, "slabs")).toBe(0);
    expect((await owner.runs.get(ctx, { runId })).exceeded).toMatchObject({ limit: 1_000 });
  });

  test("tells a durable run until when it is to wait", async () => {
    const { begin, owner, ctx, status } = await aBudgetScene();
    const ask = { ...budgetOf(1_000), whenExceeded: "wait" as const };
    const { runId } = await begin(ask, { engine: "durable" });
    const other = await owner.threads.create(ctx, {});
    await begin(budgetOf(1_000), { threadId: other.threadId });
    const { waitUntil } = await owner.turns.draw(ctx, { runId, inputTokens: 700, ...named });
    expect(waitUntil).toBeGreaterThan(Date.now());
    expect(await status()).toMatchObject([{ spent: 0, reserved: 400 }]); // the other's
    expect(await owner.turns.draw(ctx, { runId, inputTokens: 961, ...named })).toMatchObject({
      refused: { code: "BUDGET_EXCEEDED" }, // more than the whole of it
    });
  });

  test("of another model fails closed where its price is not known", async () => {
    const { begin, memory, owner, ctx, status } = await aBudgetScene();
    const price = { ...named, prices: { input: 1_000_000, output: 1_000_000 } };
    await memory.asSystem().prices.load(ctx, { prices: [price] });
    const { runId } = await begin(asks({ rules: [rule({ unit: "cost" })] }));
    const drawn = await owner.turns.draw(ctx, { runId, inputTokens: 1, provider: "test", model: "other" });
    expect(drawn).toMatchObject({ refused: { code: "PRICE_UNKNOWN" } });
    expect(await status()).toMatchObject([{ spent: 0, reserved: 0 }]);
  });

  test("does nothing for a run without budgets, one that has ended, or one that another action has", async () => {
    const { begin, finish, owner, ctx, newThread, status } = await aBudgetScene();
    const free = await begin(undefined, { threadId: await newThread() });
    expect(await owner.turns.draw(ctx, { runId: free.runId, inputTokens: 9_999, ...named })).toEqual({});
    const ended = await begin(budgetOf(1_000), { threadId: await newThread() });
    await finish(ended.runId, 0, usedTokens(20));
    expect(await owner.turns.draw(ctx, { runId: ended.runId, inputTokens: 9_999, ...named })).toEqual({});
    const { runId } = await begin(budgetOf(1_000));
    await owner.turns.takeUp(ctx, { runId, force: true });
    expect(await owner.turns.draw(ctx, { runId, inputTokens: 9_999, ...named, takeUps: 0 })).toEqual({});
    expect(await status()).toMatchObject([{ spent: 20, reserved: 400 }]);
  });

  test.each([
    { inputTokens: -1, ...named },
    { inputTokens: NaN, ...named },
    { inputTokens: 0.5, ...named },
    { inputTokens: 1, provider: "", model: "scripted" },
    { inputTokens: 1, provider: "test", model: "x".repeat(10_000) },
  ])("refuses %j", async (bad) => {
    const { begin, owner, ctx } = await aBudgetScene();
    const { runId } = await begin(budgetOf(1_000));
    expect(await codeOf(owner.turns.draw(ctx, { runId, ...bad }))).toBe("INVALID_ARGUMENT");
  });
});
