import { v, type Infer } from "convex/values";
import { vThreadPlace } from "./thread.js";

/** What stands in the way of showing a context again. */
export const vContextSource = v.object({
  kind: v.union(
    v.literal("message"),
    v.literal("block"),
    v.literal("summary"),
    v.literal("fact"),
    v.literal("chunk"),
    v.literal("file"),
    v.literal("instructions"),
    v.literal("rendering"),
    /** The agent's `prepareStep` changed the call. */
    v.literal("prepareStep"),
  ),
  id: v.optional(v.string()),
  /** Where a message stood. */
  place: v.optional(vThreadPlace),
});
export type ContextSource = Infer<typeof vContextSource>;

/** Why a context cannot be shown again as it was: what was changed or erased since. */
export const vContextHindrance = v.object({
  kind: v.union(v.literal("SOURCE_CHANGED"), v.literal("SOURCE_ERASED")),
  source: vContextSource,
});
export type ContextHindrance = Infer<typeof vContextHindrance>;

/** One thing in a section: what it is, where it comes from and why it is there. */
export const vContextItem = v.object({
  kind: v.string(),
  id: v.optional(v.string()),
  why: v.string(),
  tokens: v.optional(v.number()),
  version: v.optional(v.number()),
  place: v.optional(vThreadPlace),
  ranks: v.optional(v.record(v.string(), v.number())),
});
export type ContextItem = Infer<typeof vContextItem>;

export const vContextSection = v.object({
  section: v.string(),
  tokens: v.number(),
  items: v.array(vContextItem),
  leftOut: v.array(v.object({ reason: v.string(), count: v.number(), tokens: v.number() })),
});
export type ContextSection = Infer<typeof vContextSection>;

export const vContextExplanation = v.object({
  messageId: v.string(),
  runId: v.string(),
  turn: v.number(),
  agentName: v.string(),
  tokens: v.number(),
  /** Real tokens for each of our estimate, as known at the time. */
  tokenFactor: v.number(),
  hash: v.string(),
  sections: v.array(vContextSection),
});
export type ContextExplanation = Infer<typeof vContextExplanation>;
