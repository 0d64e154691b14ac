import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ensureFold } from "../../src/component/model/foldArming.js";
import { summary } from "../../src/component/model/usageSums.js";
import { aThread, OWNER, type TestThread } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";
import { eventsOf, foldNow, naiveSum, writeEvents } from "../support/usage.js";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 3, 20) });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("promise 9: sums are bounded", () => {
  /** A month of calls with three models; the last ones are not folded. */
  async function aMonth(scene: TestThread, events: number, tail: number): Promise<void> {
    const perDay = Math.ceil(events / 31);
    for (let day = 0; day < 31; day++) {
      vi.setSystemTime(Date.UTC(2026, 4, 1 + day, 9));
      const some = Array.from({ length: perDay }, (_, index) => ({
        model: `m${index % 3}`,
        costMicros: index,
      }));
      await writeEvents(scene, some);
    }
    await scene.inside(ensureFold);
    await scene.finishSweeps();
    await writeEvents(
      scene,
      Array.from({ length: tail }, () => ({ model: "m1" })),
    );
  }

  test("a month of 4,000 events reads 31 rows a group and the tail", async () => {
    const scene = await aThread();
    await aMonth(scene, 4_000, 120); // npm run bench has 10,000
    const month = { caller: "system" as const, from: Date.UTC(2026, 4, 1), to: Date.UTC(2026, 5, 1) };
    const of = { tenantId: "acme", userId: "olga", by: "model" as const };
    const { output, documentsRead } = await costOf(scene, (ctx) => summary(ctx, { ...month, ...of }));
    const known = 1 + 1; // the mark, and what is in it of the currency
    expect(documentsRead).toBeLessThanOrEqual(31 * 3 + 120 + known);
    expect(documentsRead).toBeGreaterThan(31 * 3);
    expect(output.groups).toHaveLength(3);
    const { groups: _, currency: __, isComplete, ...sums } = output;
    expect(isComplete).toBe(true);
    expect(sums).toEqual(naiveSum(await eventsOf(scene)));
  }, 60_000);

  test("a thread's sum reads a row a group, however many events it has", async () => {
    const scene = await aThread();
    const thread = await scene.inside(async ({ db }) => db.normalizeId("threads", scene.threadId)!);
    await writeEvents(
      scene,
      Array.from({ length: 900 }, () => ({ threadId: thread })),
    );
    await foldNow(scene);
    const of = { caller: OWNER, threadId: scene.threadId };
    const { output, documentsRead } = await costOf(scene, (ctx) => summary(ctx, of));
    expect(output).toMatchObject({ calls: 900, isComplete: true });
    expect(documentsRead).toBeLessThanOrEqual(1 + 1 + 1); // head, mark, row
  });

  test("beyond what one question reads it says so, and reads no more", async () => {
    const scene = await aThread();
    for (let commit = 0; commit < 5; commit++)
      await writeEvents(
        scene,
        Array.from({ length: 900 }, () => ({})),
      );
    const { output, documentsRead } = await costOf(scene, (ctx) => summary(ctx, { caller: "system" }));
    expect(output).toMatchObject({ isComplete: false, calls: 4_000 });
    expect(documentsRead).toBeLessThanOrEqual(4_001);
    await foldNow(scene);
    await scene.finishSweeps();
    const { isComplete, calls } = await scene.memory.asSystem().usage.summary(scene.ctx, {});
    expect({ isComplete, calls }).toEqual({ isComplete: true, calls: 4_500 });
  }, 60_000);

  test("groups beyond the limit are counted, and in the whole", async () => {
    const scene = await aThread();
    await writeEvents(
      scene,
      Array.from({ length: 230 }, (_, index) => ({ model: `m${index}`, costMicros: index })),
    );
    const told = await scene.memory.asSystem().usage.summary(scene.ctx, { by: "model" });
    expect(told).toMatchObject({ calls: 230, groupsLeftOut: 30 });
    expect(told.groups).toHaveLength(200);
    expect(told.groups?.[0]).toMatchObject({ model: "m229" });
  });
});
