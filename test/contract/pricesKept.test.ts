// Prices that ended, or were replaced: events lead to them for ever. And how many a step may have to read.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PRICE_MAX_NAMES, PRICE_MAX_PERIODS } from "../../src/shared/ledgerLimits.js";
import { codeOf } from "../support/aMemory.js";
import { aLedger, chat, cheap, dear, later, small, START } from "../support/prices.js";

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("prices that are removed", () => {
  test("end now, or when it is said, and what would begin later is taken back", async () => {
    const { ctx, prices, periods } = aLedger();
    await prices.set(ctx, { ...chat, prices: cheap });
    await prices.set(ctx, { ...chat, prices: dear, from: later(60) });
    vi.setSystemTime(later(1));
    expect(await prices.remove(ctx, { ...chat, from: later(30) })).toEqual({ removed: true });
    expect(await periods()).toEqual([{ version: 1, from: START, to: later(30), prices: cheap }]);
    expect(await prices.remove(ctx, chat)).toEqual({ removed: true });
    expect(await periods()).toEqual([{ version: 1, from: START, to: later(1), prices: cheap }]);
    expect(await prices.remove(ctx, chat)).toEqual({ removed: false });
    expect(await prices.remove(ctx, { provider: "acme", model: "unknown" })).toEqual({ removed: false });
    expect(await codeOf(prices.remove(ctx, { ...chat, from: NaN }))).toBe("INVALID_ARGUMENT");
  });

  test("are found by their version for ever, and no version is given twice", async () => {
    const { ctx, prices, all } = aLedger();
    const { version } = await prices.set(ctx, { ...chat, prices: cheap });
    await prices.remove(ctx, chat);
    expect(await all()).toEqual([]);
    expect(await prices.set(ctx, { ...chat, prices: dear })).toEqual({ version: 2 });
    expect(await prices.find(ctx, { ...chat, version })).toEqual({ version: 1, from: START, prices: cheap });
    expect(await prices.find(ctx, { ...chat, version: 2 })).toMatchObject({ prices: dear });
    for (const [model, unknown] of [
      [small, 1],
      [small, 2],
      [chat, 3],
    ] as const)
      expect(await prices.find(ctx, { ...model, version: unknown })).toBeNull();
  });

  test("a model of many prices keeps the latest in its row, and all are found", async () => {
    const { ctx, prices, periods, countRows } = aLedger();
    const changes = PRICE_MAX_PERIODS + 3;
    for (let change = 1; change <= changes; change++) {
      vi.setSystemTime(later(change));
      await prices.set(ctx, { ...chat, prices: { input: change, output: 0 } });
    }
    const versions = (await periods()).map(({ version }) => version);
    expect([versions.length, versions[0], versions.at(-1)]).toEqual([PRICE_MAX_PERIODS, 4, changes]);
    expect(await countRows()).toMatchObject({ prices: 1, pastPrices: 3 });
    for (let version = 1; version <= changes; version++)
      expect(await prices.find(ctx, { ...chat, version })).toMatchObject({ prices: { input: version } });
  });

  test("a model has no more prices to come than its row may hold", async () => {
    const { ctx, prices } = aLedger();
    for (let ahead = 0; ahead < PRICE_MAX_PERIODS; ahead++)
      await prices.set(ctx, { ...chat, prices: cheap, from: later(ahead) });
    const more = prices.set(ctx, { ...chat, prices: dear, from: later(99) });
    expect(await codeOf(more)).toBe("INVALID_ARGUMENT");
  });
});

describe("names of a provider", () => {
  test("that price one model are few", async () => {
    const { ctx, prices } = aLedger();
    for (let name = 0; name < PRICE_MAX_NAMES; name++)
      await prices.set(ctx, { provider: `acme.${name}`, model: "m", prices: cheap });
    const more = prices.set(ctx, { provider: "acme", model: "m", prices: cheap });
    expect(await codeOf(more)).toBe("INVALID_ARGUMENT");
    await prices.set(ctx, { provider: "acme", model: "other", prices: cheap });
    await prices.set(ctx, { provider: "acmes", model: "m", prices: cheap });
  });
});
