// Budgets of costs, soft ones, and limits of nothing.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { TokenPrices } from "../../src/validators/price.js";
import { codeOf, OWNER, said } from "../support/aMemory.js";
import { anEmbed, vectorOf } from "../support/embed.js";
import { aBudgetScene, asks, rowsIn, rule, usedTokens } from "../support/budgets.js";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 12) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Scene = Awaited<ReturnType<typeof aBudgetScene>>;

/** Millionths of the currency for a million tokens: a token of input costs 2 millionths, one of output 10. */
const PRICES: TokenPrices = { input: 2_000_000, output: 10_000_000 };
const setPrices = ({ inside }: Scene, prices = PRICES, model = "scripted") =>
  inside(async ({ db }) => {
    await db.insert("prices", { provider: "test", model, periods: [{ version: 1, from: 0, prices }] });
  });

const cost = (limit: number, more: Partial<ReturnType<typeof rule>> = {}) =>
  asks({ rules: [rule({ unit: "cost", limit, ...more })] });
/** 60 tokens of input, 40 of output. */
const ESTIMATE = 60 * 2 + 40 * 10;

describe("a budget of costs", () => {
  test("is drawn from by prices, at the dearest that a token of its kind may cost", async () => {
    const scene = await aBudgetScene();
    await setPrices(scene);
    const { runId } = await scene.begin(cost(10_000));
    expect(await scene.status()).toMatchObject([{ reserved: 4 * ESTIMATE }]);
    await scene.finish(runId, 0, usedTokens(50)); // 40 of input, 10 of output
    expect(await scene.status()).toEqual([{ spent: 180, reserved: 0, inFlight: 0, remaining: 9_820 }]);
    const dear = {
      input: 2_000_000,
      cacheWrite: 3_000_000,
      output: 10_000_000,
      reasoning: 20_000_000,
      call: 7,
    };
    await setPrices(scene, dear, "dear");
    await scene.begin({ ...cost(10_000), model: "dear" }, { threadId: await scene.newThread() });
    expect(await scene.status()).toMatchObject([{ reserved: 4 * (60 * 3 + 40 * 20 + 7) }]);
  });

  test("of a run by itself", async () => {
    const scene = await aBudgetScene();
    await setPrices(scene);
    expect(await codeOf(scene.begin(cost(ESTIMATE - 1, { per: "run" })))).toBe("BUDGET_EXCEEDED");
    const { runId } = await scene.begin(cost(ESTIMATE, { per: "run" }));
    expect((await scene.save(runId, 0, usedTokens(50))).exceeded).toMatchObject({
      per: "run",
      unit: "cost",
      spent: 180,
    });
  });

  test.each(["user", "run"] as const)("per %s fails closed where the price is not known", async (per) => {
    const scene = await aBudgetScene();
    expect(await codeOf(scene.begin(cost(10_000, { per })))).toBe("PRICE_UNKNOWN");
    await setPrices(scene);
    const { runId } = await scene.begin(cost(10_000, { per }));
    const saved = await scene.save(runId, 0, usedTokens(50, { model: "another" }));
    expect(saved.state).toMatchObject({ kind: "failed", code: "PRICE_UNKNOWN" });
    expect(saved).toMatchObject({ calls: [] });
    expect(saved.exceeded).toBeUndefined();
  });

  test.each(["user", "run"] as const)(
    "per %s that is soft goes on, and counts what is known",
    async (per) => {
      const scene = await aBudgetScene();
      const { runId } = await scene.begin(cost(10_000, { per, mode: "soft" }));
      await setPrices(scene);
      await scene.save(runId, 0, usedTokens(50));
      expect((await scene.save(runId, 1, usedTokens(50, { model: "another" }))).state.kind).toBe("running");
      await scene.finish(runId, 2, usedTokens(50));
      if (per === "user") expect(await scene.status()).toMatchObject([{ spent: 360, reserved: 0 }]);
    },
  );

  test("in another currency than the ledger's is refused, and so is a currency of tokens", async () => {
    const { budgets, ctx } = await aBudgetScene();
    const mine = { ...rule(), per: "user" as const, userId: "olga" };
    expect(await codeOf(budgets.set(ctx, { ...mine, currency: "USD" }))).toBe("INVALID_ARGUMENT");
    await budgets.set(ctx, { ...mine, unit: "cost", currency: "EUR" });
    expect(await codeOf(budgets.set(ctx, { ...mine, unit: "cost", currency: "USD" }))).toBe(
      "CURRENCY_MISMATCH",
    );
    expect(await codeOf(budgets.set(ctx, { ...mine, unit: "cost" }))).toBe("ok");
  });
});

describe("a soft budget", () => {
  test("never refuses, and tells once a period that it was passed", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { begin, save, finish, newThread, status } = await aBudgetScene();
    const ask = asks({ rules: [rule({ mode: "soft", limit: 500 })] });
    const first = await begin(ask);
    expect(first.warned).toBeUndefined();
    const saved = await save(first.runId, 0, usedTokens(450));
    expect(saved.warned).toMatchObject([{ per: "user", limit: 500, spent: 450 }]);
    expect(saved.state.kind).toBe("running");
    expect((await finish(first.runId, 1, usedTokens(450))).warned).toBeUndefined();
    expect((await begin(ask, { threadId: await newThread() })).warned).toBeUndefined();
    expect(await status()).toMatchObject([{ spent: 900, reserved: 400, remaining: 0 }]);
    const lines = error.mock.calls.map(([line]) => JSON.parse(String(line)) as unknown);
    expect(lines).toEqual([
      {
        ...{ event: "budget.exceeded", runId: first.runId, agentName: "helper" },
        ...{ budget: "user tokens day", limit: 500, spent: 450 },
      },
    ]);
    vi.setSystemTime(Date.UTC(2026, 0, 16));
    const zero = asks({ rules: [rule({ mode: "soft", limit: 0 })] });
    const next = await begin(zero, { threadId: await newThread() });
    expect(next.warned).toMatchObject([{ limit: 0, spent: 0 }]);
  });

  test("that a run passes which has to wait for a hard one is told when that has begun", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { begin, newThread, status } = await aBudgetScene();
    const rules = [rule({ limit: 150 }), rule({ mode: "soft", period: "lifetime", limit: 10 })];
    const first = await begin(asks({ rules: rules.slice(0, 1) })); // draws all
    expect(first.state.kind).toBe("running");
    const ask = asks({ rules, whenExceeded: "wait" });
    const where = { threadId: await newThread(), engine: "durable" as const };
    expect((await begin(ask, where)).state.kind).toBe("queued");
    expect(error).not.toHaveBeenCalled();
    vi.setSystemTime(Date.UTC(2026, 0, 16));
    const due = await begin(ask, { threadId: await newThread() });
    expect(due.warned).toMatchObject([{ period: "lifetime", limit: 10 }]);
    expect(await status()).toHaveLength(2);
  });

  test("that a last answer passes is told at the end, and that of a run once", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { begin, finish, save, newThread } = await aBudgetScene();
    const { runId } = await begin(asks({ rules: [rule({ mode: "soft", limit: 500 })] }));
    await finish(runId, 0, usedTokens(501));
    expect(error).toHaveBeenCalledTimes(1);
    const own = asks({ rules: [rule({ per: "run", mode: "soft", limit: 150 })] });
    const run = await begin(own, { threadId: await newThread() });
    expect((await save(run.runId, 0, usedTokens(60))).warned).toMatchObject([{ per: "run", spent: 60 }]);
    expect((await save(run.runId, 1, usedTokens(60))).warned).toBeUndefined();
  });
});

describe("a budget of zero", () => {
  test("lets no token be spent, and no cost but that of what is free", async () => {
    const scene = await aBudgetScene();
    expect(await codeOf(scene.begin(asks({ rules: [rule({ limit: 0 })] })))).toBe("BUDGET_EXCEEDED");
    await setPrices(scene);
    expect(await codeOf(scene.begin(cost(0)))).toBe("BUDGET_EXCEEDED");
    await setPrices(scene, { input: 0, output: 0 }, "free");
    const { runId } = await scene.begin({ ...cost(0), model: "free" });
    expect((await scene.save(runId, 0, usedTokens(50, { model: "free" }))).state.kind).toBe("running");
  });

  test("and of what is free nothing is left at the end, nor of what has no price under a soft one", async () => {
    const scene = await aBudgetScene();
    await setPrices(scene, { input: 0, output: 0 }, "free");
    for (const ask of [
      { ...cost(0), model: "free" },
      { ...cost(0, { mode: "soft" }), model: "unheard of" },
    ]) {
      const { runId } = await scene.begin(ask);
      expect(await rowsIn(scene, "slabs")).toBe(1);
      await scene.finish(runId, 0, usedTokens(50, { model: ask.model }));
      expect(await rowsIn(scene, "slabs")).toBe(0);
    }
  });
});

describe("an ask that is none", () => {
  test.each([
    ["a limit below 0", asks({ rules: [rule({ limit: -1 })] })],
    ["a limit that is no integer", asks({ rules: [rule({ limit: 0.5 })] })],
    ["NaN", asks({ rules: [rule({ limit: NaN })] })],
    ["a limit that is not counted exactly", asks({ rules: [rule({ limit: 2 ** 53 })] })],
    ["two of one kind", asks({ rules: [rule(), rule({ limit: 2 })] })],
    ["too many", asks({ rules: Array.from({ length: 17 }, () => rule()) })],
    ["input below 0", asks({ inputTokens: -1 })],
    ["output without end", asks({ outputTokens: Infinity })],
    ["a slab of nothing", asks({ slabCalls: 0 })],
    ["a slab of too much", asks({ slabCalls: 101 })],
    ["no model", asks({ model: "" })],
    ["another shape", { rules: "all" } as unknown as ReturnType<typeof asks>],
  ])("is refused: %s", async (_what, ask) => {
    const { begin } = await aBudgetScene();
    expect(await codeOf(begin(ask))).toBe("INVALID_ARGUMENT");
  });
});

describe("calls that no step has recorded", () => {
  const mine = { ...rule(), per: "user" as const, userId: "olga", tenantId: "acme" };

  test("count in the budgets that the app has set for who pays, once, and are never refused", async () => {
    const { budgets, ctx, owner, status, threadId } = await aBudgetScene();
    await budgets.set(ctx, { ...mine, limit: 50 });
    await budgets.set(ctx, { ...rule(), per: "thread", threadId });
    const job = { usage: usedTokens(70), threadId, operationId: "job" };
    await owner.usage.record(ctx, job);
    await owner.usage.record(ctx, job);
    const [user, thread] = await status({ threadId });
    expect(user).toEqual({ spent: 70, reserved: 0, inFlight: 0, remaining: 0 });
    expect(thread).toMatchObject({ spent: 70 });
  });

  test("and in a run's where they name it, also after its end", async () => {
    const { begin, finish, ctx, owner, status } = await aBudgetScene();
    const { runId } = await begin(asks({ rules: [rule()] }));
    await owner.usage.record(ctx, { usage: usedTokens(70), runId });
    expect(await status()).toMatchObject([{ spent: 0, inFlight: 70 }]);
    await finish(runId, 0, usedTokens(20));
    await owner.usage.record(ctx, { usage: usedTokens(11), runId });
    expect(await status()).toMatchObject([{ spent: 101, inFlight: 0, reserved: 0 }]);
  });

  test("as documents that are embedded, and vectors that a job of the app makes", async () => {
    const { budgets, ctx, owner, status, component, memory, threadId } = await aBudgetScene();
    await budgets.set(ctx, mine);
    const usage = usedTokens(30, { purpose: "embedding" });
    const page = { scope: "user" as const, key: "a", contentHash: "a", bytes: 10, offset: 0, final: true };
    const chunks = [{ heading: "a", text: "About a.", tokens: 3 }];
    const written = { ...page, chunks, total: { chunks: 1, bytes: 8 }, usage };
    await ctx.runMutation(component.documents.write, { ...written, caller: OWNER });
    expect(await status()).toMatchObject([{ spent: 30 }]);
    await owner.messages.append(ctx, { threadId, messages: [said("user", "About b.")] });
    const { embeddings } = memory.asSystem();
    const [entry] = await embeddings.listPending(ctx, { threadId, limit: 1 });
    const vectors = [{ entryId: entry?.entryId ?? "", vector: await vectorOf(anEmbed(), "About b.") }];
    expect(await embeddings.store(ctx, { embedder: "hashed", vectors, usage })).toMatchObject({ stored: 1 });
    const { page: events } = await owner.usage.list(ctx, { cursor: null });
    const tokens = events.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
    expect(events).toHaveLength(2);
    expect(await status()).toMatchObject([{ spent: tokens }]);
  });
});
