// What a call cost, against the same sum in fractions that are only rounded at the end.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { billedProvider, costOf, isPricedAs, periodAt } from "../../src/shared/usageCost.js";
import type { TokenPrices } from "../../src/validators/price.js";

type Counts = Parameters<typeof costOf>[0];

const count = fc.oneof(fc.nat(50), fc.nat(2_000_000), fc.nat(Number.MAX_SAFE_INTEGER));
const rate = fc.oneof(fc.nat(50), fc.nat(200_000_000), fc.nat(Number.MAX_SAFE_INTEGER));
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const counts: fc.Arbitrary<Counts> = fc.record({
  inputTokens: count,
  outputTokens: count,
  cachedInputTokens: some(count),
  cacheWriteTokens: some(count),
  reasoningTokens: some(count),
});
const prices: fc.Arbitrary<TokenPrices> = fc.record(
  { input: rate, output: rate, cachedInput: rate, cacheWrite: rate, reasoning: rate, call: rate },
  { requiredKeys: ["input", "output"] },
);

/** Token by token as far as it is told, one fraction of a millionth after the other; the sum is rounded once, half up. */
function naiveCost(used: Counts, price: TokenPrices): number {
  const cached = BigInt(used.cachedInputTokens ?? 0);
  const written = BigInt(used.cacheWriteTokens ?? 0);
  const reasoning = BigInt(used.reasoningTokens ?? 0);
  const plain = BigInt(used.inputTokens) - cached - written;
  const shown = BigInt(used.outputTokens) - reasoning;
  let millionths = 0n;
  if (plain > 0n) millionths += plain * BigInt(price.input);
  if (shown > 0n) millionths += shown * BigInt(price.output);
  millionths += cached * BigInt(price.cachedInput ?? price.input);
  millionths += written * BigInt(price.cacheWrite ?? price.input);
  millionths += reasoning * BigInt(price.reasoning ?? price.output);
  let whole = millionths / 1_000_000n;
  if (millionths % 1_000_000n >= 500_000n) whole += 1n;
  whole += BigInt(price.call ?? 0);
  return whole > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(whole);
}

describe("the cost of a call", () => {
  test("is exact for counts and rates of any size, and a safe integer", () => {
    fc.assert(
      fc.property(counts, prices, (used, price) => {
        const cost = costOf(used, price);
        expect(cost).toBe(naiveCost(used, price));
        expect(Number.isSafeInteger(cost)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("never falls when more is used, or when it costs more", () => {
    const field = fc.constantFrom("inputTokens", "outputTokens");
    fc.assert(
      fc.property(
        fc.record({ used: counts, price: prices, name: field, more: count }),
        ({ used, price, name, more }) => {
          const grown = { ...used, [name]: Math.min(Number.MAX_SAFE_INTEGER, used[name] + more) };
          expect(costOf(grown, price)).toBeGreaterThanOrEqual(costOf(used, price));
          const dearer = { ...price, call: (price.call ?? 0) + 1 };
          expect(costOf(used, dearer)).toBeGreaterThanOrEqual(costOf(used, price));
        },
      ),
    );
  });

  test.each([
    ["nothing at all costs the call", { inputTokens: 0, outputTokens: 0 }, { call: 7 }, 7],
    ["half a millionth is rounded up", { inputTokens: 1, outputTokens: 0 }, { input: 500_000 }, 1],
    ["less than half is rounded down", { inputTokens: 1, outputTokens: 0 }, { input: 499_999 }, 0],
    [
      "the halves of two kinds are one",
      { inputTokens: 1, outputTokens: 1 },
      { input: 500_000, output: 500_000 },
      1,
    ],
    [
      "a kind without a price of its own costs as its whole",
      { inputTokens: 9, outputTokens: 9, cachedInputTokens: 4, cacheWriteTokens: 5, reasoningTokens: 9 },
      { input: 1_000_000, output: 2_000_000 },
      27,
    ],
    [
      "more cached than input is paid as counted, and no input besides",
      { inputTokens: 10, outputTokens: 0, cachedInputTokens: 30, cacheWriteTokens: 5 },
      { input: 9_000_000, cachedInput: 1_000_000, cacheWrite: 2_000_000 },
      40,
    ],
    [
      "more reasoning than output is paid as counted",
      { inputTokens: 0, outputTokens: 10, reasoningTokens: 30 },
      { output: 1_000_000, reasoning: 2_000_000 },
      60,
    ],
  ] as const)("%s", (...[, used, price, cost]) => {
    expect(costOf(used, { input: 0, output: 0, ...price })).toBe(cost);
  });
});

describe("which price", () => {
  const period = (version: number, from: number, to?: number) => ({
    version,
    from,
    to,
    prices: { input: version, output: 0 },
  });

  test("holds from its beginning on, until its end or the next one's beginning", () => {
    const periods = [period(1, 10), period(2, 20, 30), period(3, 40)];
    const versions = [9, 10, 19, 20, 29, 30, 39, 40, 1e15].map((at) => periodAt(periods, at)?.version);
    expect(versions).toEqual([undefined, 1, 1, 2, 2, undefined, undefined, 3, 3]);
  });

  test("is that of the provider's first name, or of any longer one", () => {
    expect(billedProvider("openai.responses")).toBe("openai");
    expect(billedProvider("amazon-bedrock")).toBe("amazon-bedrock");
    const names = [
      "google",
      "google.vertex",
      "google.vertex.chat",
      "google.vert",
      "goog",
      "google.vertex.chat.x",
    ];
    expect(names.filter((name) => isPricedAs("google.vertex.chat", name))).toEqual(names.slice(0, 3));
  });
});
