// Promise 8: what a summary, a series and a top tell, to whom, and how much they read.
import { componentsGeneric, makeFunctionReference, mutationGeneric } from "convex/server";
import { beforeEach, afterEach, describe, expect, test, vi } from "vitest";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import { AgentMemory, type ComponentApi } from "../../src/client/index.js";
import { aMemory, aThread, codeOf, OWNER, text, WRITER, type TestThread } from "../support/aMemory.js";
import { aCall, DAY_MS, foldNow } from "../support/usage.js";

const NOW = Date.UTC(2026, 4, 20, 12);
const HOUR_MS = 60 * 60 * 1000;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW - 30 * DAY_MS }); // rows are never made before those that are there
});
afterEach(() => {
  vi.useRealTimers();
});

const PEOPLE = ["owner", "writer", "reader", "stranger", "otherTenant"] as const;
async function codesOf(thread: TestThread, act: (as: BoundMemory) => Promise<unknown>): Promise<string[]> {
  const codes: string[] = [];
  for (const person of PEOPLE) codes.push(await codeOf(act(thread[person])));
  return codes;
}

/** Calls of three people with two models over three days; all but the last hour's are folded. */
async function aLedger() {
  const scene = await aThread();
  const { ctx, threadId, owner, memory } = scene;
  const wendy = memory.as(WRITER);
  vi.setSystemTime(NOW - 2 * DAY_MS);
  await owner.usage.record(ctx, { usage: aCall(100, { model: "big", costMicros: 900 }), threadId });
  await scene.otherTenant.usage.record(ctx, { usage: aCall(1) });
  vi.setSystemTime(NOW - DAY_MS);
  await wendy.usage.record(ctx, { usage: aCall(20, { costMicros: 10, purpose: "tool" }) });
  await foldNow(scene);
  vi.setSystemTime(NOW);
  await owner.usage.record(ctx, {
    usage: aCall(5, { model: "big", isFailed: true, isEstimated: true }),
    threadId,
  });
  return { ...scene, wendy, system: memory.asSystem().usage };
}

describe("a summary", () => {
  test("is of all, of a tenant, of a user, of a thread or of a run", async () => {
    const { ctx, system, threadId, owner, wendy } = await aLedger();
    expect(await system.summary(ctx, {})).toEqual({
      ...{
        calls: 4,
        inputTokens: 126,
        outputTokens: 4,
        cachedInputTokens: 0,
        cacheWriteTokens: 0,
        reasoningTokens: 0,
      },
      ...{ costMicros: 910, unpricedCalls: 2, estimatedCalls: 1, failedCalls: 1, ms: 12 },
      ...{ currency: "USD", isComplete: true },
    });
    expect(await system.summary(ctx, { tenantId: "acme" })).toMatchObject({ calls: 3, inputTokens: 125 });
    expect(await system.summary(ctx, { tenantId: "acme", userId: "wendy" })).toMatchObject({
      inputTokens: 20,
    });
    expect(await system.summary(ctx, { userId: "wendy" })).toMatchObject({ calls: 0, costMicros: 0 });
    expect(await owner.usage.summary(ctx, {})).toMatchObject({ calls: 2, inputTokens: 105 });
    expect(await owner.usage.summary(ctx, { threadId })).toMatchObject({ calls: 2, inputTokens: 105 });
    expect(await wendy.usage.summary(ctx, { threadId })).toMatchObject({ calls: 2 });
    const run = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("Hi")] };
    const { runId } = await owner.turns.begin(ctx, run);
    await owner.usage.record(ctx, { usage: aCall(7), runId });
    expect(await owner.usage.summary(ctx, { runId })).toMatchObject({ calls: 1, inputTokens: 7 });
  });

  test("tells apart by provider, model, agent, purpose, user and tenant, and shows what has no price", async () => {
    const { ctx, system } = await aLedger();
    const groupsOf = async (by: Parameters<typeof system.top>[1]["by"], of: object = {}) =>
      (await system.summary(ctx, { by, ...of })).groups;
    expect(await groupsOf("model")).toMatchObject([
      { provider: "test", model: "big", calls: 2, costMicros: 900, unpricedCalls: 1 },
      { provider: "test", model: "scripted", calls: 2, costMicros: 10, unpricedCalls: 1 },
    ]);
    expect(await groupsOf("tenant")).toMatchObject([
      { tenantId: "acme", calls: 3 },
      { tenantId: "other", calls: 1, unpricedCalls: 1 },
    ]);
    expect((await groupsOf("tenant"))?.[1]).not.toHaveProperty("costMicros");
    expect(await groupsOf("user", { tenantId: "acme" })).toMatchObject([
      { userId: "olga" },
      { userId: "wendy" },
    ]);
    expect(await groupsOf("purpose")).toMatchObject([{ purpose: "answer" }, { purpose: "tool", calls: 1 }]);
    expect(await groupsOf("provider")).toMatchObject([{ provider: "test", calls: 4 }]);
    expect(await groupsOf("agent")).toMatchObject([{ calls: 4 }]);
    expect(await groupsOf("user", { purpose: "tool" })).toMatchObject([{ userId: "wendy" }]);
  });

  test("is of a time: whole days, parts of them, or the day or month that it is", async () => {
    const { ctx, system } = await aLedger();
    const calls = async (of: object) => (await system.summary(ctx, of)).calls;
    expect(await calls({ period: "day" })).toBe(1);
    expect(await calls({ period: "month" })).toBe(4);
    const noon = NOW - 2 * DAY_MS;
    expect(await calls({ from: noon - 12 * HOUR_MS, to: NOW - 12 * HOUR_MS })).toBe(3);
    expect(await calls({ from: noon + HOUR_MS })).toBe(2);
    expect(await calls({ from: noon, to: noon + HOUR_MS })).toBe(2);
    expect(await calls({ to: noon })).toBe(0);
    expect(await calls({ from: NOW, to: noon })).toBe(0);
  });

  test("counts what the very transaction recorded that asks", async () => {
    const usage = aCall(7);
    const recordAndSum = mutationGeneric({
      args: {},
      handler: async (ctx) => {
        const as = new AgentMemory(componentsGeneric()["agentMemory"] as unknown as ComponentApi).as(OWNER);
        await as.usage.record(ctx, { usage });
        return await as.usage.summary(ctx, {});
      },
    });
    const scene = aMemory({ "./app.ts": async () => ({ recordAndSum }) });
    const act = (): Promise<unknown> =>
      scene.t.mutation(makeFunctionReference<"mutation">("app:recordAndSum"));
    expect(await act()).toMatchObject({ calls: 1, inputTokens: 7 });
    await foldNow(scene);
    expect(await act()).toMatchObject({ calls: 2, inputTokens: 14 });
  });

  test("refuses what makes no sense", async () => {
    const { ctx, system, owner, threadId } = await aLedger();
    const refused = [
      system.summary(ctx, { period: "day", from: 0 }),
      system.summary(ctx, { from: NaN }),
      system.summary(ctx, { userId: "" }),
      system.summary(ctx, { threadId, userId: "olga" }),
      system.summary(ctx, { tenantId: "acme", by: "tenant" }),
      owner.usage.summary(ctx, { by: "user" }),
      owner.usage.summary(ctx, { threadId, by: "tenant" }),
      system.timeseries(ctx, { from: 0, to: NOW, every: "day" }),
      system.top(ctx, { by: "model", limit: 0 }),
    ];
    for (const promise of refused) expect(await codeOf(promise)).toBe("INVALID_ARGUMENT");
  });
});

describe("promise 7: sums are open to whose they are", () => {
  test("those of a thread to whoever may read it, those of tenants and others to the system alone", async () => {
    const scene = await aLedger();
    const { ctx, threadId } = scene;
    const asked = [
      (as: BoundMemory) => as.usage.summary(ctx, { threadId }),
      (as: BoundMemory) => as.usage.timeseries(ctx, { threadId, from: NOW - DAY_MS, every: "day" }),
      (as: BoundMemory) => as.usage.top(ctx, { threadId, by: "model" }),
      (as: BoundMemory) => as.usage.export(ctx, { threadId, cursor: null }),
    ];
    for (const ask of asked)
      expect(await codesOf(scene, ask)).toEqual(["ok", "ok", "ok", "THREAD_NOT_FOUND", "THREAD_NOT_FOUND"]);
    for (const named of [{ tenantId: "acme" }, { userId: "olga" }, OWNER].map(({ ...who }) => who)) {
      for (const ask of [
        (as: BoundMemory) => as.usage.summary(ctx, named),
        (as: BoundMemory) => as.usage.timeseries(ctx, { ...named, from: NOW - 1, every: "hour" }),
        (as: BoundMemory) => as.usage.top(ctx, { ...named, by: "model" }),
        (as: BoundMemory) => as.usage.list(ctx, { ...named, cursor: null }),
        (as: BoundMemory) => as.usage.export(ctx, { ...named, cursor: null }),
        (as: BoundMemory) => as.usage.eraseUser(ctx, { userId: "olga", ...named }),
      ])
        expect(new Set(await codesOf(scene, ask))).toEqual(new Set(["FORBIDDEN"]));
    }
    expect(await scene.stranger.usage.summary(ctx, {})).toMatchObject({ calls: 0 });
  });
});

describe("a series", () => {
  test("has every point, empty ones too, by hour, day and month", async () => {
    const { ctx, system, owner, threadId } = await aLedger();
    const days = await system.timeseries(ctx, {
      from: NOW - 2 * DAY_MS - HOUR_MS,
      every: "day",
      by: "model",
    });
    expect(days).toMatchObject({ currency: "USD", isComplete: true });
    expect(days.points.map(({ at, calls }) => [new Date(at).toISOString().slice(0, 10), calls])).toEqual([
      ["2026-05-18", 2],
      ["2026-05-19", 1],
      ["2026-05-20", 1],
    ]);
    expect(days.points[0]?.groups).toMatchObject([{ model: "big" }, { model: "scripted" }]);
    const from = NOW - DAY_MS - HOUR_MS;
    const hours = await system.timeseries(ctx, { from, to: from + 3 * HOUR_MS, every: "hour" });
    expect(hours.points.map(({ calls }) => calls)).toEqual([0, 1, 0]);
    const months = await system.timeseries(ctx, { from: Date.UTC(2026, 3, 9), every: "month", model: "big" });
    expect(months.points.map(({ at, calls }) => [at, calls])).toEqual([
      [Date.UTC(2026, 3, 1), 0],
      [Date.UTC(2026, 4, 1), 2],
    ]);
    const ofThread = await owner.usage.timeseries(ctx, { threadId, from: NOW - DAY_MS, every: "day" });
    expect(ofThread.points.map(({ calls }) => calls)).toEqual([0, 1]);
  });
});

describe("a top", () => {
  test("is of what costs, uses or calls most, and no longer than asked", async () => {
    const { ctx, system } = await aLedger();
    const of = async (measure: "cost" | "tokens" | "calls", limit?: number) =>
      (await system.top(ctx, { by: "user", measure, ...(limit === undefined ? {} : { limit }) })).items.map(
        ({ tenantId, userId }) => `${tenantId} ${userId}`,
      );
    expect(await of("cost")).toEqual(["acme olga", "acme wendy", "other olga"]);
    expect(await of("tokens", 1)).toEqual(["acme olga"]);
    expect((await of("calls")).slice(0, 1)).toEqual(["acme olga"]);
  });
});

describe("events", () => {
  test("are listed of a time, and of a tenant or user for the system", async () => {
    const { ctx, system } = await aLedger();
    const inputs = async (of: object) =>
      (await system.list(ctx, { ...of, cursor: null })).page.map(({ inputTokens }) => inputTokens);
    expect(await inputs({})).toEqual([5, 20, 1, 100]);
    expect(await inputs({ tenantId: "acme" })).toEqual([5, 20, 100]);
    expect(await inputs({ tenantId: "acme", userId: "wendy" })).toEqual([20]);
    expect(await inputs({ from: NOW - DAY_MS, to: NOW })).toEqual([20]);
  });

  test("are exported as lines of JSON, page by page, oldest first", async () => {
    const { ctx, system } = await aLedger();
    const { lines, cursor } = await system.export(ctx, { tenantId: "acme", cursor: null, limit: 2 });
    const parsed = (some: string) =>
      some
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as object);
    expect(parsed(lines)).toMatchObject([{ inputTokens: 100, userId: "olga" }, { inputTokens: 20 }]);
    const rest = await system.export(ctx, { tenantId: "acme", cursor });
    expect(parsed(rest.lines)).toMatchObject([{ inputTokens: 5, isFailed: true }]);
    let all = "";
    for await (const some of system.exportAll(ctx, { from: NOW - DAY_MS })) all += some;
    expect(parsed(all)).toHaveLength(2);
    const none = [];
    for await (const some of system.exportAll(ctx, { from: NOW + 1 })) none.push(some);
    expect(none).toEqual([]);
  });
});
