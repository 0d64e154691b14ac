import { v, type Infer } from "convex/values";
import { vFactCounts } from "./fact.js";

/** A number that was counted up to a bound: with `isAtLeast` there are as many or more. */
export const vBoundedCount = v.object({ count: v.number(), isAtLeast: v.boolean() });
export type BoundedCount = Infer<typeof vBoundedCount>;

/** How well a scope's memory is kept. Shares are from 0 to 1. */
export const vHealth = v.object({
  facts: vFactCounts,
  /** Appends that met an exact duplicate, of all appends. */
  duplicateShare: v.number(),
  /** Facts that were superseded, of all that were ever believed and are kept. */
  supersededShare: v.number(),
  /** Entries that wait for a vector. */
  pendingEmbeddings: vBoundedCount,
  /** Active facts that no context has shown yet. */
  neverRecalled: vBoundedCount,
  /** Active facts that no context has shown for the named time, pinned ones aside. */
  stale: vBoundedCount,
  /** Facts that readers ignore already and a sweep has still to remove. */
  expired: vBoundedCount,
  /** Blocks that are longer than their limit, which was lowered since they were written. */
  overLimitBlocks: v.array(v.object({ label: v.string(), tokens: v.number(), maxTokens: v.number() })),
});
export type Health = Infer<typeof vHealth>;
