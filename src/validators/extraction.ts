import { v, type Infer } from "convex/values";
import { vScopeKind } from "./principal.js";
import { vThreadPlace } from "./thread.js";

/** A message as an extraction reads it: what a person or an agent said, nothing else of it. */
export const vSaidMessage = v.object({
  messageId: v.string(),
  role: v.union(v.literal("user"), v.literal("assistant")),
  /** Who said it: the name of an imported speaker, else the user or the agent. */
  speaker: v.string(),
  saidAt: v.number(),
  text: v.string(),
});
export type SaidMessage = Infer<typeof vSaidMessage>;

/** A fact that the scope holds already and that is like what is read. */
export const vKnownFact = v.object({ factId: v.string(), key: v.optional(v.string()), text: v.string() });
export type KnownFact = Infer<typeof vKnownFact>;

/**
 * What of a thread was not read for facts yet, from its cursor on: at most one call of a model. `to` is where the
 * cursor stands once it is committed; null when there is nothing to commit.
 */
export const vUnread = v.object({
  from: v.union(vThreadPlace, v.null()),
  to: v.union(vThreadPlace, v.null()),
  readAt: v.number(),
  /** Where its facts go: the thread's own when it is shared and no other was named. */
  scope: vScopeKind,
  messages: v.array(vSaidMessage),
  known: v.array(vKnownFact),
  /** True when nothing follows that can be read now. */
  isLast: v.boolean(),
});
export type Unread = Infer<typeof vUnread>;

/** A fact that a model found in what it read, its ids checked and mapped back. */
export const vExtractedFact = v.object({
  text: v.string(),
  key: v.optional(v.string()),
  importance: v.optional(v.number()),
  validFrom: v.optional(v.number()),
  messageIds: v.array(v.string()),
  supersedes: v.optional(v.string()),
});
export type ExtractedFact = Infer<typeof vExtractedFact>;

/** `stale`: the cursor had moved meanwhile, so nothing was written but what the call cost. */
export const vExtractionCommit = v.union(
  v.object({
    kind: v.literal("committed"),
    written: v.number(),
    duplicates: v.number(),
    superseded: v.number(),
    /** Whose messages were edited or removed meanwhile, or that a reviewer has declined or a user forgotten before. */
    dropped: v.number(),
  }),
  v.object({ kind: v.literal("stale") }),
);
export type ExtractionCommit = Infer<typeof vExtractionCommit>;
