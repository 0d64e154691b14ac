// The list of prices that the package brings: data to load and to override.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { starterPrices, starterPricesOf, starterSources } from "../../src/prices/index.js";
import { aMemory } from "../support/aMemory.js";

const START = Date.UTC(2026, 10, 26);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the starter list", () => {
  test("is loaded as it is, twice, and overridden by what stands behind it", async () => {
    const { ctx, memory } = aMemory();
    const { prices } = memory.asSystem();
    const models = new Set(starterPrices.map(({ provider, model }) => `${provider}/${model}`)).size;
    expect(await prices.load(ctx, { prices: starterPrices })).toEqual({ changed: models });
    for (const at of [START, Date.UTC(2027, 6, 1)]) {
      vi.setSystemTime(at);
      expect(await prices.load(ctx, { prices: starterPrices })).toEqual({ changed: 0 });
    }
    const own = { provider: "anthropic", model: "claude-sonnet-5-5", prices: { input: 1, output: 1 } };
    expect(await prices.load(ctx, { prices: [...starterPrices, own] })).toEqual({ changed: 1 });
    expect(await prices.load(ctx, { prices: [...starterPrices, own] })).toEqual({ changed: 0 });
  });

  test("says where it comes from, and names providers as events are billed", () => {
    expect(starterSources.map(({ provider }) => provider)).toEqual(["openai", "anthropic", "google", "xai"]);
    for (const { source, asOf } of starterSources) {
      expect(source).toMatch(/^https:\/\//);
      expect(asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
    const sourced = new Set(starterSources.map(({ provider }) => provider));
    for (const { provider, prices } of starterPrices) {
      expect(sourced).toContain(provider);
      expect(prices.cachedInput ?? 0).toBeLessThanOrEqual(prices.input);
      expect(prices.cacheWrite ?? prices.input).toBeGreaterThanOrEqual(prices.input);
      for (const rate of Object.values(prices)) expect(Number.isSafeInteger(rate)).toBe(true);
    }
  });

  test("gives one model's prices of now, for the same model under another name", () => {
    expect(starterPricesOf("openai", "gpt-6-luna")).toEqual({
      ...{ input: 100_000, output: 500_000, cachedInput: 10_000, cacheWrite: 125_000 },
    });
    expect(starterPricesOf("google", "gemini-3.8-flash")).toMatchObject({ input: 750_000 });
    vi.setSystemTime(Date.UTC(2027, 0, 1));
    expect(starterPricesOf("google", "gemini-3.8-flash")).toMatchObject({ input: 1_500_000 });
    expect(starterPricesOf("openai", "gpt-unknown")).toBeUndefined();
  });
});
