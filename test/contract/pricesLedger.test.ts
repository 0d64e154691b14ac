// What events cost: by the price that holds in their transaction, or not at all; in one currency; of sound counts only.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { checkCurrency, currencyOf } from "../../src/component/model/currency.js";
import { recordUsage } from "../../src/component/model/ledger.js";
import { USAGE_MAX_COST_MICROS, USAGE_MAX_TOKENS } from "../../src/shared/ledgerLimits.js";
import { isMemoryError } from "../../src/validators/errors.js";
import type { TokenPrices } from "../../src/validators/price.js";
import type { Usage } from "../../src/validators/usage.js";
import { aThread, codeOf, OWNER, text, type TestThread } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";

const START = Date.UTC(2026, 5, 1);
const cheap: TokenPrices = {
  input: 1_000_000,
  output: 4_000_000,
  cachedInput: 100_000,
  cacheWrite: 1_250_000,
};

const used = (more: Partial<Usage> = {}): Usage => ({
  ...{ provider: "acme.chat", model: "chat-1", purpose: "tool", ms: 3 },
  ...{ inputTokens: 1_000, outputTokens: 100, ...more },
});

/** Records a call of the owner's and gives its event. */
async function record({ ctx, owner }: TestThread, usage: Usage) {
  await owner.usage.record(ctx, { usage });
  return (await owner.usage.list(ctx, { cursor: null, limit: 1 })).page[0]!;
}

async function detailsOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.catch((error: unknown) =>
    isMemoryError(error) ? { code: error.data.code, ...error.data.details } : error,
  );
}

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("an event", () => {
  test("costs what its tokens cost, each kind by its own price, and names the price", async () => {
    const thread = await aThread();
    const { prices } = thread.memory.asSystem();
    const { version } = await prices.set(thread.ctx, { provider: "acme", model: "chat-1", prices: cheap });
    const event = await record(
      thread,
      used({ cachedInputTokens: 600, cacheWriteTokens: 100, reasoningTokens: 50 }),
    );
    expect(event).toMatchObject({ costMicros: 300 + 60 + 125 + 400, priceVersion: version });
    const found = await prices.find(thread.ctx, { provider: event.provider, model: event.model, version });
    expect(found?.prices).toEqual(cheap);
  });

  test("of a model without a price has no cost, and the model can be found", async () => {
    const thread = await aThread();
    const { ctx, memory } = thread;
    const { prices } = memory.asSystem();
    await prices.set(ctx, { provider: "acme", model: "chat-1", prices: cheap });
    const event = await record(thread, used({ model: "chat-2" }));
    expect(event).not.toHaveProperty("costMicros");
    expect(event).not.toHaveProperty("priceVersion");
    vi.setSystemTime(START + 1);
    await record(thread, used({ model: "chat-2" }));
    await record(thread, used());
    await record(thread, used({ provider: "other" }));
    expect(await prices.listUnpriced(ctx)).toEqual([
      { provider: "other", model: "chat-1", calls: 1, lastAt: expect.closeTo(START + 1, -1) as number },
      { provider: "acme.chat", model: "chat-2", calls: 2, lastAt: expect.closeTo(START + 1, -1) as number },
    ]);
  });

  test("costs by the price of its own time, and keeps it when prices change", async () => {
    const thread = await aThread();
    const { ctx, memory, owner } = thread;
    const { prices } = memory.asSystem();
    const chat = { provider: "acme", model: "chat-1" };
    await prices.set(ctx, { ...chat, prices: cheap, to: START + 2_000 });
    await prices.set(ctx, { ...chat, prices: { input: 2_000_000, output: 0 }, from: START + 3_000 });
    const costs: (number | undefined)[] = [];
    for (const at of [0, 1_999, 2_000, 2_999, 3_000]) {
      vi.setSystemTime(START + at);
      costs.push((await record(thread, used())).costMicros);
    }
    expect(costs).toEqual([1_400, 1_400, undefined, undefined, 2_000]);
    const before = await owner.usage.list(ctx, { cursor: null });
    await prices.set(ctx, { ...chat, prices: cheap, from: START });
    await prices.remove(ctx, chat);
    expect(await owner.usage.list(ctx, { cursor: null })).toEqual(before);
  });

  test("that says its own cost is not priced", async () => {
    const thread = await aThread();
    await thread.memory
      .asSystem()
      .prices.set(thread.ctx, { provider: "acme", model: "chat-1", prices: cheap });
    const event = await record(thread, used({ costMicros: 7, currency: "USD" }));
    expect(event).toMatchObject({ costMicros: 7 });
    expect(event).not.toHaveProperty("priceVersion");
    expect(event).not.toHaveProperty("currency");
    expect((await record(thread, used({ costMicros: 0 }))).costMicros).toBe(0);
  });

  test("is priced by the longest name of its provider that has a price", async () => {
    const thread = await aThread();
    const { ctx, memory } = thread;
    const { prices } = memory.asSystem();
    const flat = (call: number) => ({ input: 0, output: 0, call });
    const names = {
      google: 1,
      "google-x": 2,
      "google.generative-ai": 3,
      "google.vertex": 4,
      "google.vertex.chat.x": 5,
    };
    for (const [provider, call] of Object.entries(names))
      await prices.set(ctx, { provider, model: "chat-1", prices: flat(call) });
    const cost = async (provider: string) => (await record(thread, used({ provider }))).costMicros;
    expect(await cost("google.generative-ai")).toBe(3);
    expect(await cost("google.vertex.chat")).toBe(4);
    expect(await cost("google.vertexes")).toBe(1);
    expect(await cost("google")).toBe(1);
    expect(await cost("googles")).toBeUndefined();
    vi.setSystemTime(START + 1);
    await prices.remove(ctx, { provider: "google.vertex", model: "chat-1" });
    expect(await cost("google.vertex.chat")).toBe(1);
  });

  test("costs one range and one document to price, and one range without a price", async () => {
    const thread = await aThread();
    const call = (model: string) =>
      costOf(thread, (ctx) => recordUsage(ctx, { userId: "olga" }, used({ model })));
    expect(await call("chat-1")).toMatchObject({ ranges: 1, documentsRead: 0, documentsWritten: 1 });
    await thread.memory.asSystem().prices.load(thread.ctx, {
      prices: ["chat-0", "chat-1", "chat-2"].map((model) => ({ provider: "acme", model, prices: cheap })),
    });
    expect(await call("chat-1")).toMatchObject({ ranges: 1, documentsRead: 1, documentsWritten: 1 });
  });
});

describe("a run", () => {
  test("adds up what is known, and says of how many calls it is not", async () => {
    const { ctx, owner, threadId, memory } = await aThread();
    await memory.asSystem().prices.set(ctx, { provider: "acme", model: "chat-1", prices: cheap });
    const prompt = [text("Hello")];
    const { runId } = await owner.turns.begin(ctx, {
      threadId,
      agentName: "helper",
      engine: "action",
      prompt,
    });
    const step = { runId, message: { parts: [text("Hi")] }, results: [] };
    const usage = used({ purpose: "answer" });
    const first = await owner.turns.saveStep(ctx, { ...step, step: 0, usage, finish: false });
    expect(first.totals).toEqual({ calls: 1, inputTokens: 1_000, outputTokens: 100, costMicros: 1_400 });
    const unpriced = { ...usage, model: "chat-2" };
    await owner.turns.saveStep(ctx, { ...step, step: 1, usage: unpriced, finish: true });
    const { totals } = await owner.runs.get(ctx, { runId });
    expect(totals).toEqual({
      calls: 2,
      inputTokens: 2_000,
      outputTokens: 200,
      costMicros: 1_400,
      unpricedCalls: 1,
    });
  });
});

describe("the currency of a ledger", () => {
  test("is said by the first price, and holds for prices and costs", async () => {
    const thread = await aThread();
    const { ctx, memory, inside } = thread;
    const { prices } = memory.asSystem();
    expect(await inside((db) => currencyOf(db))).toBe("USD");
    const entry = { provider: "acme", model: "chat-1", prices: cheap };
    await prices.load(ctx, { currency: "EUR", prices: [entry] });
    expect((await memory.as(OWNER).prices.list(ctx, { cursor: null })).currency).toBe("EUR");
    await prices.set(ctx, { ...entry, prices: { input: 1, output: 1 } });
    const mismatch = { code: "CURRENCY_MISMATCH", currency: "EUR", given: "USD" };
    expect(await detailsOf(prices.load(ctx, { currency: "USD", prices: [entry] }))).toEqual(mismatch);
    expect(await detailsOf(prices.set(ctx, { currency: "USD", ...entry }))).toEqual(mismatch);
    expect(await detailsOf(record(thread, used({ costMicros: 5, currency: "USD" })))).toEqual(mismatch);
    expect(await record(thread, used({ costMicros: 5, currency: "EUR" }))).toMatchObject({ costMicros: 5 });
    expect(await inside((db) => currencyOf(db))).toBe("EUR");
  });

  test("is the dollar as soon as something was said without one", async () => {
    for (const first of ["price", "cost", "check"]) {
      const thread = await aThread();
      const { ctx, memory, inside } = thread;
      const { prices } = memory.asSystem();
      if (first === "price") await prices.set(ctx, { provider: "acme", model: "chat-1", prices: cheap });
      else if (first === "cost") await record(thread, used({ costMicros: 5 }));
      else expect(await inside((db) => checkCurrency(db))).toBe("USD");
      const euros = prices.load(ctx, {
        currency: "EUR",
        prices: [{ provider: "a", model: "b", prices: cheap }],
      });
      expect(await codeOf(euros)).toBe("CURRENCY_MISMATCH");
    }
  });

  test.each(["", "usd", "US", "DOLLAR", "U$D", "EUR\n"])("is no %j", async (currency) => {
    const { ctx, memory, inside } = await aThread();
    const set = memory.asSystem().prices.set(ctx, { currency, provider: "a", model: "b", prices: cheap });
    expect(await codeOf(set)).toBe("INVALID_ARGUMENT");
    expect(await inside((db) => db.db.query("ledgerSettings").first())).toBeNull();
  });
});

describe("counts of a call", () => {
  const counts = [
    "inputTokens",
    "outputTokens",
    "cachedInputTokens",
    "cacheWriteTokens",
    "reasoningTokens",
  ] as const;
  const wrong = [NaN, -1, Infinity, 0.5, USAGE_MAX_TOKENS + 1, 1e300];

  test.each(counts)(
    "%s: no number, below zero, a fraction or absurd is refused, and nothing is written",
    async (name) => {
      const thread = await aThread();
      const before = await thread.countRows();
      for (const value of wrong)
        expect(await detailsOf(record(thread, used({ [name]: value })))).toEqual({
          code: "INVALID_ARGUMENT",
          field: name,
          value: String(value),
        });
      expect(await thread.countRows()).toEqual(before);
      expect((await record(thread, used({ [name]: USAGE_MAX_TOKENS })))[name]).toBe(USAGE_MAX_TOKENS);
    },
  );

  test("a cost is a whole number of millionths", async () => {
    const thread = await aThread();
    for (const costMicros of [NaN, -1, 0.5, USAGE_MAX_COST_MICROS + 1])
      expect(await codeOf(record(thread, used({ costMicros })))).toBe("INVALID_ARGUMENT");
    for (const ms of [NaN, -1, Infinity])
      expect(await codeOf(record(thread, used({ ms })))).toBe("INVALID_ARGUMENT");
    expect(await record(thread, used({ costMicros: USAGE_MAX_COST_MICROS, ms: 0.5 }))).toMatchObject({
      ms: 0.5,
    });
  });

  test.each([
    ["a missing count", { inputTokens: undefined }],
    ["a text for a count", { outputTokens: "7" }],
    ["a field that there is not", { imageTokens: 7 }],
    ["a purpose that there is not", { purpose: "fun" }],
    ["no usage", null],
  ])("%s is refused with a code, at every door", async (_what, more) => {
    const { ctx, owner, threadId, countRows } = await aThread();
    const usage = (more === null ? null : { ...used(), ...more }) as unknown as Usage;
    const prompt = [text("Hello")];
    const { runId } = await owner.turns.begin(ctx, {
      threadId,
      agentName: "helper",
      engine: "action",
      prompt,
    });
    const before = await countRows();
    expect(await codeOf(owner.usage.record(ctx, { usage }))).toBe("INVALID_ARGUMENT");
    const step = { runId, step: 0, message: { parts: [text("Hi")] }, results: [], usage, finish: true };
    expect(await codeOf(owner.turns.saveStep(ctx, step))).toBe("INVALID_ARGUMENT");
    expect(await countRows()).toEqual(before);
  });

  test("nothing used costs nothing, and is recorded", async () => {
    const thread = await aThread();
    await thread.memory
      .asSystem()
      .prices.set(thread.ctx, { provider: "acme", model: "chat-1", prices: cheap });
    const nothing = used({ inputTokens: 0, outputTokens: 0, purpose: "embedding" });
    expect(await record(thread, nothing)).toMatchObject({ costMicros: 0, inputTokens: 0 });
  });
});
