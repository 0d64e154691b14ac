// What models cost: periods that never overlap, lists that can be loaded again, versions that lead to their prices.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import { PRICE_LOAD_MAX_PERIODS } from "../../src/shared/ledgerLimits.js";
import { isMemoryError } from "../../src/validators/errors.js";
import type { PriceEntry, TokenPrices } from "../../src/validators/price.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aLedger, chat, cheap, dear, later, small, START } from "../support/prices.js";

/** What a refusal says. */
async function refusal(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return isMemoryError(error) ? { code: error.data.code, ...error.data.details } : error;
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a price that is set", () => {
  test("holds from now on, and ends the one before", async () => {
    const { ctx, prices, periods } = aLedger();
    expect(await prices.set(ctx, { ...chat, prices: cheap })).toEqual({ version: 1 });
    vi.setSystemTime(later(1));
    expect(await prices.set(ctx, { ...chat, prices: dear })).toEqual({ version: 2 });
    expect(await periods()).toEqual([
      { version: 1, from: START, prices: cheap },
      { version: 2, from: later(1), prices: dear },
    ]);
  });

  test("of the past begins now: nothing is priced anew", async () => {
    const { ctx, prices, periods } = aLedger();
    await prices.set(ctx, { ...chat, prices: cheap, from: later(-60), to: later(60) });
    expect(await periods()).toEqual([{ version: 1, from: START, to: later(60), prices: cheap }]);
    const over = prices.set(ctx, { ...small, prices: cheap, from: later(-60), to: later(-1) });
    expect(await codeOf(over)).toBe("INVALID_ARGUMENT");
  });

  test("may lie ahead, also between others", async () => {
    const { ctx, prices, periods } = aLedger();
    await prices.set(ctx, { ...chat, prices: cheap });
    await prices.set(ctx, { ...chat, prices: dear, from: later(100) });
    await prices.set(ctx, { ...chat, prices: { input: 1, output: 1 }, from: later(10), to: later(20) });
    expect((await periods()).map(({ version, from, to }) => [version, from, to])).toEqual([
      [1, START, undefined],
      [3, later(10), later(20)],
      [2, later(100), undefined],
    ]);
  });

  test.each<[string, { from: number; to?: number }]>([
    ["an end within another", { from: later(5), to: later(15) }],
    ["a beginning within another", { from: later(15), to: later(30) }],
    ["another within it", { from: later(5), to: later(30) }],
    ["the same beginning", { from: later(10) }],
    ["a beginning while another holds that has an end", { from: later(19) }],
  ])("that overlaps another is refused, with both: %s", async (_name, span) => {
    const { ctx, prices, periods } = aLedger();
    await prices.set(ctx, { ...chat, prices: cheap, from: later(10), to: later(20) });
    const before = await periods();
    expect(await refusal(prices.set(ctx, { ...chat, prices: dear, ...span }))).toEqual({
      code: "PRICE_OVERLAP",
      from: span.from,
      to: span.to ?? null,
      otherFrom: later(10),
      otherTo: later(20),
      otherVersion: 1,
    });
    expect(await periods()).toEqual(before);
  });

  test.each([
    ["below zero", { input: -1 }],
    ["no number", { output: NaN }],
    ["without end", { input: Infinity }],
    ["a fraction", { cachedInput: 0.5 }],
    ["beyond what is exact", { cacheWrite: 2 ** 53 }],
    ["of a kind that there is not", { images: 1 }],
    ["missing", { input: undefined }],
  ])("is refused when a rate is %s", async (_name, wrong) => {
    const { ctx, prices, all } = aLedger();
    const set = { ...chat, prices: { ...cheap, ...wrong } as TokenPrices };
    expect(await codeOf(prices.set(ctx, set))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(prices.load(ctx, { prices: [{ ...small, prices: dear }, set] }))).toBe(
      "INVALID_ARGUMENT",
    );
    expect(await all()).toEqual([]);
  });

  test.each([
    ["an end before its beginning", { from: later(9), to: later(8) }],
    ["no time at all", { from: later(9), to: later(9) }],
    ["no moment", { from: NaN }],
    ["a moment that no date has", { to: 9e15 }],
    ["no name", { model: "" }],
    ["half a character in its name", { provider: "\ud800" }],
  ])("is refused with %s", async (_name, wrong) => {
    const { ctx, prices } = aLedger();
    expect(await codeOf(prices.set(ctx, { ...chat, prices: cheap, ...wrong }))).toBe("INVALID_ARGUMENT");
  });
});

describe("a list of prices", () => {
  const list: PriceEntry[] = [
    { ...chat, prices: cheap },
    { ...small, prices: cheap },
    { ...small, prices: dear, from: later(30) },
  ];

  test("is loaded once: again it writes nothing, also when its later prices have begun", async () => {
    const { ctx, prices, all, countRows, inside } = aLedger();
    expect(await prices.load(ctx, { prices: list })).toEqual({ changed: 2 });
    const before = { page: await all(), rows: await countRows() };
    for (const minutes of [0, 10, 31]) {
      vi.setSystemTime(later(minutes));
      expect(await prices.load(ctx, { prices: list })).toEqual({ changed: 0 });
    }
    expect({ page: await all(), rows: await countRows() }).toEqual(before);
    expect(await inside((db) => db.db.query("ledgerSettings").first())).toMatchObject({ priceVersion: 3 });
  });

  test("changes what it says otherwise, and leaves what it does not list", async () => {
    const { ctx, prices, periods } = aLedger();
    await prices.load(ctx, { prices: list });
    vi.setSystemTime(later(10));
    await prices.set(ctx, { provider: "other", model: "x", prices: dear });
    const changed = [{ ...chat, prices: dear }, ...list.slice(1)];
    expect(await prices.load(ctx, { prices: changed })).toEqual({ changed: 1 });
    expect((await periods()).map(({ version, from, prices }) => [version, from, prices])).toEqual([
      [1, START, cheap],
      [5, later(10), dear],
    ]);
    expect(await periods({ provider: "other", model: "x" })).toHaveLength(1);
  });

  test("puts what is to come in the place of what was, and leaves it when it says nothing of that", async () => {
    const { ctx, prices, periods } = aLedger();
    await prices.load(ctx, { prices: list });
    expect(await prices.load(ctx, { prices: list.slice(0, 2) })).toEqual({ changed: 0 });
    const moved = [...list.slice(0, 2), { ...small, prices: dear, from: later(60) }];
    expect(await prices.load(ctx, { prices: moved })).toEqual({ changed: 1 });
    expect((await periods(small)).map(({ version, from }) => [version, from])).toEqual([
      [2, START],
      [4, later(60)],
    ]);
    expect(await prices.find(ctx, { ...small, version: 3 })).toEqual({
      version: 3,
      from: later(30),
      prices: dear,
    });
  });

  test("has its last line for a model count: your own prices stand behind a starter list's", async () => {
    const { ctx, prices, periods } = aLedger();
    const own = [...list, { ...chat, prices: dear }];
    await prices.load(ctx, { prices: own });
    expect(await periods()).toMatchObject([{ prices: dear }]);
    expect(await prices.load(ctx, { prices: own })).toEqual({ changed: 0 });
  });

  test("that contradicts itself is refused whole", async () => {
    const { ctx, prices, all } = aLedger();
    const wrong = [
      { ...small, prices: cheap },
      { ...chat, prices: cheap, to: later(50) },
      { ...chat, prices: dear, from: later(40) },
    ];
    expect(await refusal(prices.load(ctx, { prices: wrong }))).toMatchObject({
      code: "PRICE_OVERLAP",
      to: later(50),
      otherFrom: later(40),
    });
    expect(await all()).toEqual([]);
  });

  test("of any length is loaded in calls that are bounded", async () => {
    const { ctx, prices, component, memory } = aLedger();
    const long = Array.from({ length: 2 * PRICE_LOAD_MAX_PERIODS + 1 }, (_, index) => ({
      provider: "acme",
      model: `m${String(index).padStart(3, "0")}`,
      prices: cheap,
    }));
    expect(await prices.load(ctx, { prices: long })).toEqual({ changed: long.length });
    expect(await prices.load(ctx, { prices: long })).toEqual({ changed: 0 });
    expect(await prices.load(ctx, { prices: [] })).toEqual({ changed: 0 });
    const models = long.map(({ provider, model, prices: rates }) => ({
      provider,
      model,
      periods: [{ prices: rates }],
    }));
    const tooMany = ctx.runMutation(component.prices.load, { caller: "system", models });
    expect(await codeOf(tooMany)).toBe("INVALID_ARGUMENT");

    const pages: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { page: { model: string }[]; cursor: string | null } = await memory
        .as(OWNER)
        .prices.list(ctx, { provider: "acme", cursor, limit: 80 });
      pages.push(...page.page.map(({ model }) => model));
      ({ cursor } = page);
    } while (cursor !== null);
    expect(pages).toEqual(long.map(({ model }) => model));
  });
});

describe("promise 7: prices are the app's to write, and no secret", () => {
  test("a principal reads them and writes none", async () => {
    const { ctx, memory, prices, all } = aLedger();
    await prices.set(ctx, { ...chat, prices: cheap });
    const before = await all();
    const writes: ((as: BoundMemory) => Promise<unknown>)[] = [
      (as) => as.prices.set(ctx, { ...chat, prices: dear }),
      (as) => as.prices.load(ctx, { prices: [{ ...chat, prices: dear }] }),
      (as) => as.prices.remove(ctx, chat),
      (as) => as.prices.listUnpriced(ctx),
    ];
    const owner = memory.as(OWNER);
    for (const act of writes) expect(await codeOf(act(owner))).toBe("FORBIDDEN");
    expect((await owner.prices.list(ctx, { cursor: null })).page).toEqual(before);
    expect(await owner.prices.find(ctx, { ...chat, version: 1 })).toMatchObject({ prices: cheap });
    const { cursor } = await owner.prices.list(ctx, { cursor: null, limit: 1 });
    expect(await codeOf(owner.prices.list(ctx, { provider: "x", cursor: cursor ?? "x" }))).toBe(
      "INVALID_ARGUMENT",
    );
  });
});
