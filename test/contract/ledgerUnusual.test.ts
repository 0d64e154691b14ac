// Sums, costs and folds where the usual way is not taken: in one transaction, beyond the limits, in an older ledger.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { recordUsage } from "../../src/component/model/ledger.js";
import { summary } from "../../src/component/model/usageSums.js";
import { aThread, OWNER, said, text, WRITER, type TestThread } from "../support/aMemory.js";
import { aCall, DAY_MS, eventsOf, foldNow, naiveSum, writeEvents } from "../support/usage.js";

const NOW = Date.UTC(2026, 4, 5, 12);
beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

const armedIn = ({ inside }: Pick<TestThread, "inside">) =>
  inside(async ({ db }) => {
    const jobs = await db.system.query("_scheduled_functions").collect();
    return jobs.filter(({ name, state }) => name.includes("fold") && state.kind === "pending").length;
  });

test("a cost that was told for vectors of several is paid once in all", async () => {
  const { memory, ctx, owner, threadId, inside } = await aThread({ shared: false });
  const { embeddings } = memory.asSystem();
  const wendys = await memory.as(WRITER).threads.create(ctx, {});
  for (const [as, place] of [
    [owner, { threadId }],
    [memory.as(WRITER), wendys],
  ] as const)
    await as.messages.append(ctx, { ...place, messages: [said("user", "What was said.")] });
  const waiting = await embeddings.listPending(ctx, { limit: 9 });
  const vectors = waiting.map(({ entryId }) => ({ entryId, vector: [1, 0], tokens: 6 }));
  const usage = aCall(12, { purpose: "embedding", costMicros: 101 });
  await embeddings.store(ctx, { embedder: "e", vectors, usage });
  const events = await eventsOf({ inside });
  expect(events.map(({ costMicros }) => costMicros)).toEqual([51, 50]);
});

describe("a sum", () => {
  test("inside the transaction that records counts what that has recorded", async () => {
    const scene = await aThread();
    await writeEvents(scene, [{ inputTokens: 4 }]);
    await foldNow(scene);
    const told = await scene.inside(async (ctx) => {
      await recordUsage(ctx, OWNER, aCall(8));
      return [
        await summary(ctx, { caller: OWNER }),
        await summary(ctx, { caller: "system" }),
        await summary(ctx, { caller: "system", tenantId: "acme" }),
      ];
    });
    for (const { calls, inputTokens } of told)
      expect({ calls, inputTokens }).toEqual({ calls: 2, inputTokens: 12 });
  });

  test("that is more than one question may read leaves out what is oldest", async () => {
    const scene = await aThread();
    const atDay = async (day: number, events: number, model: string) => {
      vi.setSystemTime(NOW + day * DAY_MS);
      for (let left = events; left > 0; left -= 1_000)
        await writeEvents(
          scene,
          Array.from({ length: Math.min(left, 1_000) }, () => ({ model })),
        );
    };
    await atDay(0, 4_100, "old");
    await atDay(1, 3, "new");
    await atDay(2, 2, "newest");
    for (let fold = 0; fold < 9; fold++) await foldNow(scene);
    const span = { from: NOW - 1_000, to: Date.now() + 1_000 };
    const told = await scene.memory.asSystem().usage.summary(scene.ctx, { ...span, by: "model" });
    expect(told.isComplete).toBe(false);
    expect(new Map(told.groups?.map(({ model, calls }) => [model, calls]))).toEqual(
      new Map([
        ["old", 3_998],
        ["new", 3],
        ["newest", 2],
      ]),
    );
    expect(naiveSum(await eventsOf(scene)).calls).toBe(4_105);
  }, 30_000);
});

describe("a ledger that was there before its folds were", () => {
  test.each(["a late call", "a price", "a budget", "a run of many steps"])(
    "is folded by and by: %s",
    async (what) => {
      const scene = await aThread({ shared: false });
      const { memory, ctx, owner, threadId, inside } = scene;
      const begin = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("Go.")] };
      const { runId } = await owner.turns.begin(ctx, begin);
      const say = (step: number) =>
        owner.turns.saveStep(ctx, {
          ...{ runId, step, message: { parts: [text("on")] }, results: [], finish: false },
          usage: aCall(10 + step),
        });
      await inside(async ({ db }) => {
        for (const { _id } of await db.query("usageFolds").collect()) await db.delete("usageFolds", _id);
      });
      const system = memory.asSystem();
      if (what === "a price")
        await system.prices.set(ctx, {
          provider: "p",
          model: "m",
          from: 0,
          prices: { input: 1, output: 1 },
        });
      if (what === "a budget")
        await system.budgets.set(ctx, {
          ...{ per: "user", userId: OWNER.userId, tenantId: OWNER.tenantId! },
          ...{ unit: "tokens", period: "day", limit: 1_000, mode: "hard" },
        });
      const steps = what === "a run of many steps" ? 16 : 1;
      for (let step = 0; step < steps; step++) await say(step);
      if (what !== "a run of many steps") await owner.runs.cancel(ctx, { runId });
      if (what === "a late call") await say(1);
      expect(await armedIn(scene)).toBe(1);
    },
  );
});
