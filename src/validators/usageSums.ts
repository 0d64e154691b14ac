import { v, type Infer, type VAny } from "convex/values";
import { vUsagePurpose } from "./usage.js";

/** What rows of sums add up. */
export const vUsageCounts = v.object({
  calls: v.number(),
  inputTokens: v.number(),
  cachedInputTokens: v.number(),
  cacheWriteTokens: v.number(),
  outputTokens: v.number(),
  reasoningTokens: v.number(),
  /** Of the calls whose cost is known. */
  costMicros: v.number(),
  unpricedCalls: v.number(),
  estimatedCalls: v.number(),
  failedCalls: v.number(),
  ms: v.number(),
});
export type UsageCounts = Infer<typeof vUsageCounts>;

/** Sums as they are told. */
export const vUsageSums = v.object({
  ...vUsageCounts.fields,
  /** Millionths of the ledger's currency, of the calls whose cost is known; absent where none is. */
  costMicros: v.optional(v.number()),
});
export type UsageSums = Infer<typeof vUsageSums>;

/** What sums are told apart by. `model`: by provider and model. */
export const vUsageBy = v.union(
  v.literal("provider"),
  v.literal("model"),
  v.literal("agent"),
  v.literal("purpose"),
  v.literal("user"),
  v.literal("tenant"),
);
export type UsageBy = Infer<typeof vUsageBy>;

export const vUsageEvery = v.union(v.literal("hour"), v.literal("day"), v.literal("month"));
export type UsageEvery = Infer<typeof vUsageEvery>;

export const vUsageMeasure = v.union(v.literal("cost"), v.literal("tokens"), v.literal("calls"));
export type UsageMeasure = Infer<typeof vUsageMeasure>;

/** One group's sums, with what it is of. By agent or user: a group without a name is of none. */
export const vUsageGroup = v.object({
  provider: v.optional(v.string()),
  model: v.optional(v.string()),
  agentName: v.optional(v.string()),
  purpose: v.optional(vUsagePurpose),
  userId: v.optional(v.string()),
  tenantId: v.optional(v.string()),
  ...vUsageSums.fields,
});
export type UsageGroup = Infer<typeof vUsageGroup>;

/** Whose usage is asked for, of when, and which calls of it. */
const vFilter = {
  threadId: v.optional(v.string()),
  runId: v.optional(v.string()),
  tenantId: v.optional(v.string()),
  userId: v.optional(v.string()),
  agentName: v.optional(v.string()),
  provider: v.optional(v.string()),
  model: v.optional(v.string()),
  purpose: v.optional(vUsagePurpose),
  /** In ms since the epoch: from then on, and before `to`. */
  from: v.optional(v.number()),
  to: v.optional(v.number()),
};
/** The day or the month (UTC) that it is. */
const vPeriod = v.union(v.literal("day"), v.literal("month"));

export const vSummaryQuestion = v.object({
  ...vFilter,
  period: v.optional(vPeriod),
  by: v.optional(vUsageBy),
});
export type SummaryQuestion = Infer<typeof vSummaryQuestion>;

export const vSeriesQuestion = v.object({
  ...vFilter,
  from: v.number(),
  every: vUsageEvery,
  by: v.optional(vUsageBy),
});
export type SeriesQuestion = Infer<typeof vSeriesQuestion>;

export const vTopQuestion = v.object({
  ...vFilter,
  period: v.optional(vPeriod),
  by: vUsageBy,
  measure: v.optional(vUsageMeasure),
  limit: v.optional(v.number()),
});
export type TopQuestion = Infer<typeof vTopQuestion>;

/** How an answer may be a part. */
const vAnswer = {
  currency: v.string(),
  /** False where there was more than one question may read: the sums are of a part, and so too small. */
  isComplete: v.boolean(),
};

export const vUsageSummary = v.object({
  ...vUsageSums.fields,
  ...vAnswer,
  /** Most costly first. */
  groups: v.optional(v.array(vUsageGroup)),
  /** Groups beyond those that are listed; the sums count them. */
  groupsLeftOut: v.optional(v.number()),
});
export type UsageSummary = Infer<typeof vUsageSummary>;

export const vUsagePoint = v.object({
  /** When its hour, day or month begins. */
  at: v.number(),
  ...vUsageSums.fields,
  groups: v.optional(v.array(vUsageGroup)),
  groupsLeftOut: v.optional(v.number()),
});
export type UsagePoint = Infer<typeof vUsagePoint>;

export const vUsageSeries = v.object({ ...vAnswer, points: v.array(vUsagePoint) });
export type UsageSeries = Infer<typeof vUsageSeries>;

export const vUsageTop = v.object({ ...vAnswer, items: v.array(vUsageGroup) });
export type UsageTop = Infer<typeof vUsageTop>;

/** As the component's doors give them: it made the groups and points itself. */
export const vOpaqueSummary = vUsageSummary.extend({
  groups: v.optional(v.array(v.any() as VAny<UsageGroup>)),
});
export const vOpaqueSeries = vUsageSeries.extend({ points: v.array(v.any() as VAny<UsagePoint>) });
export const vOpaqueTop = vUsageTop.extend({ items: v.array(v.any() as VAny<UsageGroup>) });
