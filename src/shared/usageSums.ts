import type { Usage } from "../validators/usage.js";
import type { UsageCounts, UsageMeasure, UsageSums } from "../validators/usageSums.js";

export const NO_COUNTS: UsageCounts = {
  calls: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  costMicros: 0,
  unpricedCalls: 0,
  estimatedCalls: 0,
  failedCalls: 0,
  ms: 0,
};
const FIELDS = Object.keys(NO_COUNTS) as (keyof UsageCounts)[];

type Counted = Omit<Usage, "provider" | "model" | "purpose">;

/** One call as counts. What is no count stands for none: a row that went wrong does not spoil the sum of others. */
export const countsOf = (call: Counted): UsageCounts => ({
  calls: 1,
  inputTokens: sound(call.inputTokens),
  cachedInputTokens: sound(call.cachedInputTokens),
  cacheWriteTokens: sound(call.cacheWriteTokens),
  outputTokens: sound(call.outputTokens),
  reasoningTokens: sound(call.reasoningTokens),
  costMicros: sound(call.costMicros),
  unpricedCalls: call.costMicros === undefined ? 1 : 0,
  estimatedCalls: call.isEstimated === true ? 1 : 0,
  failedCalls: call.isFailed === true ? 1 : 0,
  ms: sound(call.ms),
});

const sound = (count = 0): number => (Number.isFinite(count) && count > 0 ? count : 0);

/** Adds to counts that are one's own. */
export function addTo(sum: UsageCounts, counts: UsageCounts): void {
  for (const field of FIELDS) sum[field] += counts[field];
}

/** Two together. */
export function addCounts(one: UsageCounts, other: UsageCounts): UsageCounts {
  const sum = { ...one };
  addTo(sum, other);
  return sum;
}

/** What is left of counts when others, which are in them, are taken out. */
export function withoutCounts(counts: UsageCounts, taken: UsageCounts): UsageCounts {
  const left = { ...counts };
  for (const field of FIELDS) left[field] -= taken[field];
  return left;
}

/** Of a row, its counts alone. */
export const countsIn = (row: UsageCounts): UsageCounts =>
  Object.fromEntries(FIELDS.map((field) => [field, row[field]])) as UsageCounts;

/** Counts as they are told: a cost that nobody knows is not 0. */
export function shownSums({ costMicros, ...counts }: UsageCounts): UsageSums {
  const isUnknown = counts.calls > 0 && counts.unpricedCalls === counts.calls;
  return isUnknown ? counts : { ...counts, costMicros };
}

/** How much of what is asked for. */
export function measureOf(counts: UsageCounts, measure: UsageMeasure): number {
  switch (measure) {
    case "cost":
      return counts.costMicros;
    case "tokens":
      return counts.inputTokens + counts.outputTokens;
    case "calls":
      return counts.calls;
  }
}
