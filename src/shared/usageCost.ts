import type { PricePeriod, TokenPrices } from "../validators/price.js";
import type { Usage } from "../validators/usage.js";

/** Prices are for so many tokens. */
const PRICED_TOKENS = 1_000_000n;

type Counts = Pick<
  Usage,
  "inputTokens" | "outputTokens" | "cachedInputTokens" | "cacheWriteTokens" | "reasoningTokens"
>;

/**
 * What a call cost, in millionths of the currency: each kind of token by its own price, rounded once, half up. Exact
 * for integers of any size.
 */
export function costOf(counts: Counts, prices: TokenPrices): number {
  const {
    inputTokens,
    outputTokens,
    cachedInputTokens = 0,
    cacheWriteTokens = 0,
    reasoningTokens = 0,
  } = counts;
  const { input, output, cachedInput = input, cacheWrite = input, reasoning = output, call = 0 } = prices;
  const plainInput = Math.max(0, inputTokens - cachedInputTokens - cacheWriteTokens);
  const plainOutput = Math.max(0, outputTokens - reasoningTokens);
  const priced: [number, number][] = [
    [plainInput, input],
    [cachedInputTokens, cachedInput],
    [cacheWriteTokens, cacheWrite],
    [plainOutput, output],
    [reasoningTokens, reasoning],
  ];
  const parts = priced.reduce((sum, [tokens, price]) => sum + BigInt(Math.round(tokens)) * BigInt(price), 0n);
  return call + Number((parts + PRICED_TOKENS / 2n) / PRICED_TOKENS);
}

/** The period that holds at a time. Periods lie in order and do not overlap. */
export const periodAt = (periods: readonly PricePeriod[], at: number): PricePeriod | undefined =>
  periods.findLast(({ from, to = Infinity }) => from <= at && at < to);

/** Whose prices hold for a provider as runtimes name it: "openai.responses" is billed as "openai". */
export const billedProvider = (provider: string): string => provider.split(".", 1)[0] ?? provider;
