import type { UsagePoint, UsageSums } from "convex-agent-memory";
import { groupKey, groupLabel } from "./usageLabels.js";
import type { Dimension, Every, Measure } from "./usageView.js";

/** One colour of the chart. */
export type Series = { key: string; label: string; total: number };
/** One bar of it: what each series has, in the order of the series, and how many calls have no known cost. */
export type Bar = { at: number; total: number; values: number[]; unpricedCalls: number };
export type Chart = { series: Series[]; bars: Bar[] };
/** A chart with what it was asked for: drawn, and told in a table. */
export type ShownChart = { chart: Chart; by: Dimension; every: Every; measure: Measure; currency: string };

/** More colours than these nobody tells apart: what is left is `Others`. */
export const MAX_SERIES = 6;

/** What is drawn of sums; of costs what is known. */
export function measured(
  { inputTokens, outputTokens, costMicros, calls }: UsageSums,
  measure: Measure,
): number {
  if (measure === "cost") return costMicros ?? 0;
  return measure === "tokens" ? inputTokens + outputTokens : calls;
}

/** Points as a chart of stacked bars: the largest groups, and all others together. */
export function chartOf(
  points: readonly UsagePoint[],
  { by, measure }: { by: Dimension; measure: Measure },
): Chart {
  const found = new Map<string, Series>();
  for (const group of points.flatMap(({ groups = [] }) => groups)) {
    const key = groupKey(group, by);
    const series = found.get(key) ?? { key, label: groupLabel(group, by), total: 0 };
    found.set(key, { ...series, total: series.total + measured(group, measure) });
  }
  const largest = [...found.values()].sort(
    (one, other) => other.total - one.total || compare(one.key, other.key),
  );
  const shown = largest.slice(0, MAX_SERIES);
  const bars = points.map((point) => barOf(point, shown, { by, measure }));
  const others = bars.reduce((sum, { values }) => sum + values.at(-1)!, 0); // each bar has a value for the others
  if (others === 0)
    return { series: shown, bars: bars.map((bar) => ({ ...bar, values: bar.values.slice(0, -1) })) };
  return { series: [...shown, { key: "others", label: "Others", total: others }], bars };
}

/** With a value for what none of the series has. */
function barOf(
  point: UsagePoint,
  series: readonly Series[],
  { by, measure }: { by: Dimension; measure: Measure },
): Bar {
  const ofGroup = new Map<string, number>();
  for (const group of point.groups ?? []) {
    const key = groupKey(group, by);
    ofGroup.set(key, (ofGroup.get(key) ?? 0) + measured(group, measure));
  }
  const total = measured(point, measure);
  const values = series.map(({ key }) => ofGroup.get(key) ?? 0);
  const others = total - values.reduce((sum, value) => sum + value, 0);
  return { at: point.at, total, values: [...values, others], unpricedCalls: point.unpricedCalls };
}

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
