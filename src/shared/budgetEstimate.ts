import type { BudgetUnit } from "../validators/budget.js";
import type { CallEstimate } from "../validators/budgetRun.js";
import type { TokenPrices } from "../validators/price.js";
import type { RunTotals } from "../validators/run.js";
import type { Usage } from "../validators/usage.js";
import { costOf } from "./usageCost.js";

/**
 * What a call costs at most that is held to use so much: whatever of its input is in the provider's cache or goes
 * there, and whatever of its output is reasoning.
 */
export function estimatedCost(estimate: CallEstimate, prices: TokenPrices): number {
  const { output, reasoning = output, call } = prices;
  return costOf(estimate, {
    input: dearestInput(prices),
    output: Math.max(output, reasoning),
    ...(call === undefined ? {} : { call }),
  });
}

const dearestInput = ({ input, cachedInput = input, cacheWrite = input }: TokenPrices): number =>
  Math.max(input, cachedInput, cacheWrite);

type Rest = { unit: BudgetUnit; rest: number; outputTokens: number };

/** How much a call may be shown that is held to use no more than what is left: the other way round of `estimateIn`. */
export function inputWithin({ unit, rest, outputTokens }: Rest, prices: TokenPrices | null): number {
  if (unit === "tokens") return Math.max(0, rest - outputTokens);
  if (prices === null) return 0;
  const left = rest - estimatedCost({ inputTokens: 0, outputTokens }, prices) - 1; // what rounding may add
  if (left < 0) return 0;
  const price = dearestInput(prices);
  return price === 0 ? Number.MAX_SAFE_INTEGER : Math.floor((left * 1_000_000) / price);
}

/** What a call is held to use in a unit; null where its price is not known. */
export function estimateIn(
  unit: BudgetUnit,
  estimate: CallEstimate,
  prices: TokenPrices | null,
): number | null {
  if (unit === "tokens") return estimate.inputTokens + estimate.outputTokens;
  return prices === null ? null : estimatedCost(estimate, prices);
}

/** The next call is shown what the last was, and what that said; its output is as long as its cap. */
export const afterCall = (
  { inputTokens, outputTokens }: Pick<Usage, "inputTokens" | "outputTokens">,
  cap: number,
): CallEstimate => ({ inputTokens: Math.ceil(inputTokens + outputTokens), outputTokens: cap });

/** What was used, in a unit; a cost that is not known counts nothing. */
export const amountIn = (
  unit: BudgetUnit,
  { inputTokens, outputTokens, costMicros = 0 }: RunTotals,
): number => (unit === "tokens" ? inputTokens + outputTokens : costMicros);

/** True where there are calls whose cost is not known. */
export const hasUnpriced = ({ calls, costMicros, unpricedCalls = 0 }: RunTotals): boolean =>
  unpricedCalls > 0 || (calls > 0 && costMicros === undefined);
