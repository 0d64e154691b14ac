import { v, type Infer } from "convex/values";

export const vUsagePurpose = v.union(
  v.literal("answer"),
  v.literal("embedding"),
  v.literal("tool"),
  v.literal("extraction"),
  v.literal("compaction"),
);

/** What one call of a model used. Tokens are counts, `ms` the wall time of the call. */
export const vUsage = v.object({
  provider: v.string(),
  model: v.string(),
  purpose: vUsagePurpose,
  inputTokens: v.number(),
  outputTokens: v.number(),
  cachedInputTokens: v.optional(v.number()),
  reasoningTokens: v.optional(v.number()),
  ms: v.number(),
  finishReason: v.optional(v.string()),
  /** The provider's own usage record as JSON text. */
  raw: v.optional(v.string()),
});
export type Usage = Infer<typeof vUsage>;

/** A row of the ledger. */
export const vUsageEvent = v.object({
  ...vUsage.fields,
  eventId: v.string(),
  userId: v.string(),
  tenantId: v.optional(v.string()),
  agentName: v.optional(v.string()),
  threadId: v.optional(v.string()),
  runId: v.optional(v.string()),
  /** Of a nested run: the run that asked. */
  parentRunId: v.optional(v.string()),
  step: v.optional(v.number()),
  at: v.number(),
});
export type UsageEvent = Infer<typeof vUsageEvent>;
