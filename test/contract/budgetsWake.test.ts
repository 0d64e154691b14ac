// Runs that wait for a budget, and what wakes them before it begins anew.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { aBudgetScene, asks, rowsIn, rule, usedTokens } from "../support/budgets.js";

const NOON = Date.UTC(2026, 0, 15, 12);
const MIDNIGHT = Date.UTC(2026, 0, 16);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a durable run that waits for a budget", () => {
  const waiting = asks({ rules: [rule({ limit: 400 })], whenExceeded: "wait" });

  describe.each(["raised", "soft", "removed"] as const)(
    "looks again at once where its limit is %s",
    (how) => {
      const mine = { ...rule({ limit: 400 }), per: "user" as const, userId: "olga", tenantId: "acme" };
      const scene = async () => {
        const acts = await aBudgetScene();
        const { budgets, ctx, owner } = acts;
        const { budgetId } = await budgets.set(ctx, mine);
        const change = async () => {
          if (how === "removed") return await budgets.remove(ctx, { budgetId });
          await budgets.set(ctx, how === "soft" ? { ...mine, mode: "soft" } : { ...mine, limit: 2_000 });
        };
        const lookAt = async (runId: string) => await owner.runs.get(ctx, { runId });
        return { ...acts, budgetId, change, lookAt };
      };
      const ask = asks({ whenExceeded: "wait" });

      test("before it has begun", async () => {
        const acts = await scene();
        const { begin, budgets, ctx, change, lookAt, newThread, t } = acts;
        const first = await begin(asks());
        const { runId } = await begin(ask, { engine: "durable", threadId: await newThread() });
        await budgets.set(ctx, { ...mine, limit: 300 }); // lower: nothing to look for
        expect(await lookAt(runId)).toMatchObject({ waitsFor: "budget", waitsUntil: MIDNIGHT });
        await change();
        vi.advanceTimersByTime(1);
        await t.finishInProgressScheduledFunctions();
        expect((await lookAt(runId)).state).toEqual({ kind: "running" });
        const opened = await acts.owner.turns.open(ctx, { runId, step: 0 });
        expect([opened.state.kind, opened.waitUntil]).toEqual(["running", undefined]);
        await acts.owner.runs.cancel(ctx, { runId });
        await acts.owner.runs.cancel(ctx, { runId: first.runId });
        expect(await rowsIn(acts, "slabs")).toBe(0);
      });

      test("in the middle", async () => {
        const acts = await scene();
        const { begin, save, owner, ctx, change, lookAt } = acts;
        const { runId } = await begin(ask, { engine: "durable" });
        const { waitUntil: until = 0 } = await save(runId, 0, usedTokens(300));
        await owner.turns.wait(ctx, { runId, until, waitsFor: "budget" });
        expect(await lookAt(runId)).toMatchObject({ waitsFor: "budget", waitsUntil: MIDNIGHT });
        await change();
        expect((await lookAt(runId)).waitsUntil).toBe(Date.now());
        const opened = await owner.turns.open(ctx, { runId, step: 1 });
        expect([opened.state.kind, opened.waitUntil]).toEqual(["running", undefined]);
        expect(await rowsIn(acts, "slabs")).toBe(how === "removed" ? 0 : 1);
      });
    },
  );

  test("that is canceled while it waits leaves nothing", async () => {
    const scene = await aBudgetScene();
    const { begin, save, owner, ctx, newThread } = scene;
    const running = await begin(waiting, { engine: "durable" });
    await save(running.runId, 0, usedTokens(350));
    const queued = await begin(waiting, { engine: "durable", threadId: await newThread() });
    expect(queued.state.kind).toBe("queued");
    expect(await rowsIn(scene, "slabs")).toBe(2);
    for (const { runId } of [running, queued]) await owner.runs.cancel(ctx, { runId });
    expect(await rowsIn(scene, "slabs")).toBe(0);
  });
});
