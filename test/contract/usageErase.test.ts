import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import schema from "../../src/component/schema.js";
import { aThread, OWNER, type TestThread } from "../support/aMemory.js";
import { aBudgetScene, asks, usedTokens } from "../support/budgets.js";
import { aCall, eventsOf, foldNow, naiveSum, writeEvents } from "../support/usage.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SETTING = { unit: "tokens", period: "day", limit: 1_000, mode: "hard" } as const;

/** Every row of the ledger, as text. */
const ledgerOf = ({ inside }: TestThread): Promise<string> =>
  inside(async ({ db }) => {
    const rows = [];
    for (const table of ["usageEvents", "usageRollups", "operations"] as const)
      rows.push(...(await db.query(table).collect()));
    return JSON.stringify(rows, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  });

async function aUsersLedger(calls: number): Promise<TestThread> {
  const scene = await aThread();
  await writeEvents(scene, [
    { userId: "wendy", inputTokens: 5 },
    { userId: "olga", raw: '{"user":"olga"}' },
  ]);
  for (let left = calls; left > 0; left -= 100)
    await writeEvents(
      scene,
      Array.from({ length: Math.min(left, 100) }, () => ({ costMicros: 2 })),
    );
  await scene.owner.usage.record(scene.ctx, { usage: aCall(1), operationId: "once" });
  return scene;
}

describe("erasing a user from the ledger", () => {
  test("leaves its name nowhere, and the sums of tenant and app what they were", async () => {
    const scene = await aUsersLedger(30);
    const system = scene.memory.asSystem().usage;
    await foldNow(scene);
    await writeEvents(scene, [{ inputTokens: 8 }]);
    expect(await ledgerOf(scene)).toContain("olga");
    const before = await system.summary(scene.ctx, { tenantId: "acme" });
    expect(await system.eraseUser(scene.ctx, OWNER)).toEqual({ isDone: true });
    expect(await ledgerOf(scene)).not.toContain("olga");
    expect(await system.summary(scene.ctx, { tenantId: "acme" })).toEqual(before);
    await foldNow(scene);
    expect(await ledgerOf(scene)).not.toContain("olga");
    expect(await system.summary(scene.ctx, {})).toEqual(before);
    expect(await scene.owner.usage.summary(scene.ctx, {})).toMatchObject({ calls: 0 });
    const { items } = await system.top(scene.ctx, { tenantId: "acme", by: "user" });
    expect(items).toMatchObject([{ calls: 33 }, { userId: "wendy", calls: 1 }]);
    expect(items[0]).not.toHaveProperty("userId");
  });

  test("ends its budgets, also those that a run has drawn from, and the run goes on without them", async () => {
    const scene = await aBudgetScene();
    const { begin, save, finish, status, countRows } = scene;
    await scene.budgets.set(scene.ctx, { ...OWNER, per: "user", ...SETTING });
    const { runId } = await begin(asks());
    await save(runId, 0, usedTokens(70));
    expect(await status()).toMatchObject([{ inFlight: 70 }]);
    await scene.memory.asSystem().usage.eraseUser(scene.ctx, OWNER);
    expect(await status()).toEqual([]);
    const rows = await countRows();
    expect([rows["budgets"], rows["slabs"]]).toEqual([undefined, undefined]);
    await finish(runId, 1, usedTokens(30));
    const { state, totals } = await scene.owner.runs.get(scene.ctx, { runId });
    expect([state.kind, totals.inputTokens + totals.outputTokens]).toEqual(["completed", 100]);
  });

  test("of many events goes on by itself, is exact in between, and may be repeated", async () => {
    const scene = await aUsersLedger(500);
    const system = scene.memory.asSystem().usage;
    await foldNow(scene);
    expect(await system.eraseUser(scene.ctx, OWNER)).toEqual({ isDone: false });
    const own = (await eventsOf(scene)).filter(({ userId }) => userId === "olga");
    expect(own).toHaveLength(302);
    expect(await scene.owner.usage.summary(scene.ctx, {})).toMatchObject(naiveSum(own));
    expect(await system.eraseUser(scene.ctx, OWNER)).toEqual({ isDone: false });
    await scene.finishSweeps();
    expect(await ledgerOf(scene)).not.toContain("olga");
    expect(await system.eraseUser(scene.ctx, OWNER)).toEqual({ isDone: true });
    expect(await system.summary(scene.ctx, {})).toMatchObject(naiveSum(await eventsOf(scene)));
    expect(await scene.countRows()).not.toHaveProperty("sweeps");
  });

  test("touches nobody of the same name in another tenant", async () => {
    const scene = await aUsersLedger(1);
    await scene.otherTenant.usage.record(scene.ctx, { usage: aCall(3) });
    await foldNow(scene);
    await scene.memory.asSystem().usage.eraseUser(scene.ctx, OWNER);
    expect(await scene.otherTenant.usage.summary(scene.ctx, {})).toMatchObject({ calls: 1, inputTokens: 3 });
  });

  test("knows every table of the ledger", () => {
    const tables = Object.keys(schema.tables).filter((table) => table.startsWith("usage"));
    expect(tables).toEqual(["usageEvents", "usageRollups", "usageMarks", "usageFolds"]);
  });
});
