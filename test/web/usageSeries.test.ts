// The chart of the usage page: whatever the ledger answers, its bars add up to it.
import type { UsageGroup, UsagePoint } from "convex-agent-memory";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chartOf, MAX_SERIES, measured } from "../../example/web/src/pages/usage/usageSeries.js";
import { DIMENSIONS, MEASURES } from "../../example/web/src/pages/usage/usageView.js";

const count = fc.nat({ max: 1_000 });
const sums = fc.record({
  calls: count,
  inputTokens: count,
  cachedInputTokens: count,
  cacheWriteTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  costMicros: count,
  unpricedCalls: count,
  estimatedCalls: count,
  failedCalls: count,
  ms: count,
});
const name = fc.constantFrom(..."abcdefghij");
const group = fc.tuple(name, sums).map(([key, figures]): UsageGroup => ({
  ...figures,
  provider: key,
  model: key,
  purpose: "answer",
  agentName: key,
  userId: key,
}));
/** A point's sums are those of its groups, and of some that it does not list. */
const point = fc
  .record({ groups: fc.uniqueArray(group, { selector: ({ model }) => model, maxLength: 10 }), rest: sums })
  .map(({ groups, rest }): Omit<UsagePoint, "at"> => {
    const all = [...groups, rest];
    const sum = (field: keyof typeof rest) => all.reduce((total, each) => total + (each[field] ?? 0), 0);
    const names = Object.keys(rest) as (keyof typeof rest)[];
    return { ...(Object.fromEntries(names.map((each) => [each, sum(each)])) as typeof rest), groups };
  });
const points = fc.array(point, { maxLength: 6 }).map((all) => all.map((each, at) => ({ ...each, at })));

test("each bar adds up to its point, each series to its bars, and the largest are shown", () => {
  fc.assert(
    fc.property(points, fc.constantFrom(...DIMENSIONS), fc.constantFrom(...MEASURES), (all, by, measure) => {
      const { series, bars } = chartOf(all, { by, measure });
      expect(series.length).toBeLessThanOrEqual(MAX_SERIES + 1);
      for (const [index, bar] of bars.entries()) {
        expect(bar.values.length).toBe(series.length);
        expect(bar.values.reduce((sum, value) => sum + value, 0)).toBe(measured(all[index]!, measure));
        expect(Math.min(0, ...bar.values)).toBe(0);
      }
      for (const [index, { total }] of series.entries())
        expect(bars.reduce((sum, { values }) => sum + values[index]!, 0)).toBe(total);
      const named = series.filter(({ key }) => key !== "others").map(({ total }) => total);
      expect(named).toEqual([...named].sort((a, b) => b - a));
    }),
  );
});

test("nothing used gives bars without colours", () => {
  expect(chartOf([], { by: "model", measure: "cost" })).toEqual({ series: [], bars: [] });
});
