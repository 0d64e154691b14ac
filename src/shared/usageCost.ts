import type { PricePeriod, TokenPrices } from "../validators/price.js";
import type { Usage } from "../validators/usage.js";

/** Prices are for so many tokens. */
const PRICED_TOKENS = 1_000_000n;
const MAX_COST = BigInt(Number.MAX_SAFE_INTEGER);

type Counts = Pick<
  Usage,
  "inputTokens" | "outputTokens" | "cachedInputTokens" | "cacheWriteTokens" | "reasoningTokens"
>;

/**
 * What a call cost, in millionths of the currency: each kind of token by its own price, rounded once, half up. Exact
 * for integers of any size, and never more than the largest safe integer. A provider may count more cached or written
 * tokens than input, or more reasoning than output: it counts them beside, so each is paid as counted, and of the rest
 * there is none.
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
  const cost = BigInt(call) + (parts + PRICED_TOKENS / 2n) / PRICED_TOKENS;
  return Number(cost > MAX_COST ? MAX_COST : cost);
}

/** The period that holds at a time. Periods lie in order; one without an end ends where the next begins. */
export function periodAt(periods: readonly PricePeriod[], at: number): PricePeriod | undefined {
  const begun = periods.findLast(({ from }) => from <= at);
  return begun !== undefined && at < (begun.to ?? Infinity) ? begun : undefined;
}

/** Whose prices hold for a provider as runtimes name it: "openai.responses" is billed as "openai". */
export const billedProvider = (provider: string): string => provider.split(".", 1)[0] ?? provider;

/** True when prices of `name` are prices of the provider: "google" and "google.vertex" for "google.vertex.chat". */
export const isPricedAs = (provider: string, name: string): boolean =>
  provider === name || provider.startsWith(`${name}.`);
