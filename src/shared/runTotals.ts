import type { RunTotals } from "../validators/run.js";
import type { Usage } from "../validators/usage.js";

export const NO_TOTALS: RunTotals = { calls: 0, inputTokens: 0, outputTokens: 0 };

/** What two used together. Adding none changes nothing; the order does not matter. */
export function addTotals(one: RunTotals, other: RunTotals): RunTotals {
  const priced = pricedCalls(one) + pricedCalls(other);
  const calls = one.calls + other.calls;
  return {
    calls,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    ...(priced === 0 ? {} : { costMicros: (one.costMicros ?? 0) + (other.costMicros ?? 0) }),
    ...(priced === 0 || priced === calls ? {} : { unpricedCalls: calls - priced }),
  };
}

/** Calls whose cost is known. */
const pricedCalls = ({ calls, costMicros, unpricedCalls = 0 }: RunTotals): number =>
  costMicros === undefined ? 0 : calls - unpricedCalls;

/** One call as totals. */
export const totalsOfCall = ({
  inputTokens,
  outputTokens,
  costMicros,
}: Pick<Usage, "inputTokens" | "outputTokens" | "costMicros">): RunTotals => ({
  calls: 1,
  inputTokens,
  outputTokens,
  ...(costMicros === undefined ? {} : { costMicros }),
});
