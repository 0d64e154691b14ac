import { v, type Infer } from "convex/values";

/**
 * What a call was for. `tool`: what a tool of the app's cost; `rerank`: putting what was recalled in order; `rerun`: a
 * saved call that was made again to compare.
 */
export const vUsagePurpose = v.union(
  v.literal("answer"),
  v.literal("embedding"),
  v.literal("tool"),
  v.literal("extraction"),
  v.literal("compaction"),
  v.literal("rerank"),
  v.literal("rerun"),
);
export type UsagePurpose = Infer<typeof vUsagePurpose>;

/** What is kept of what one call of a model, or of a service, used. Tokens are counts, `ms` its wall time. */
export const vCountedUsage = v.object({
  provider: v.string(),
  model: v.string(),
  purpose: vUsagePurpose,
  /** All input, what was read from and written to the provider's cache included. */
  inputTokens: v.number(),
  /** All output, reasoning included. */
  outputTokens: v.number(),
  /** Of the input: read from the provider's cache. */
  cachedInputTokens: v.optional(v.number()),
  /** Of the input: written to the provider's cache. */
  cacheWriteTokens: v.optional(v.number()),
  /** Of the output: not shown to anybody. */
  reasoningTokens: v.optional(v.number()),
  ms: v.number(),
  finishReason: v.optional(v.string()),
  /** The provider gave no sound counts: these are our estimate. */
  isEstimated: v.optional(v.boolean()),
  /** The call failed after it had spent. */
  isFailed: v.optional(v.boolean()),
  /** What it cost where the caller knows that, in millionths of the ledger's currency: no price is looked up. */
  costMicros: v.optional(v.number()),
  /** The provider's own usage record as JSON text. */
  raw: v.optional(v.string()),
});

/** What one call used, as it is recorded. */
export const vUsage = v.object({
  ...vCountedUsage.fields,
  /** What `costMicros` is in, where the caller knows: another than the ledger's is refused. */
  currency: v.optional(v.string()),
});
export type Usage = Infer<typeof vUsage>;

/** A row of the ledger. */
export const vUsageEvent = v.object({
  ...vCountedUsage.fields,
  eventId: v.string(),
  userId: v.string(),
  tenantId: v.optional(v.string()),
  agentName: v.optional(v.string()),
  threadId: v.optional(v.string()),
  runId: v.optional(v.string()),
  /** Of a nested run: the run that asked. */
  parentRunId: v.optional(v.string()),
  step: v.optional(v.number()),
  /** The price that `costMicros` was made with; a cost without one was told by the caller, no cost at all is unknown. */
  priceVersion: v.optional(v.number()),
  at: v.number(),
});
export type UsageEvent = Infer<typeof vUsageEvent>;
