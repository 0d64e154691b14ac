import { v, type Infer } from "convex/values";

/**
 * A generation of vectors: one embedder and one length. One is active, one may be built beside it; the one that was
 * active before is kept until it is retired, so that a switch can be taken back. A retired one goes page by page.
 */
export const vGenerationState = v.union(
  v.object({ kind: v.literal("building") }),
  v.object({ kind: v.literal("active"), activeSince: v.number() }),
  v.object({ kind: v.literal("previous"), replacedAt: v.number() }),
  v.object({ kind: v.literal("retiring") }),
);

/** A generation and how far it is filled. */
export const vGeneration = v.object({
  generationId: v.string(),
  embedder: v.string(),
  length: v.number(),
  state: vGenerationState,
  /** Vectors that the worker made for it, and texts that its embedder refused. */
  embedded: v.number(),
  refused: v.number(),
  /** From 0 to 1: how far the worker has looked, by the time at which entries were created. */
  share: v.number(),
  /** True when every entry has been looked at: a switch makes nothing unreachable. */
  isComplete: v.boolean(),
});
export type Generation = Infer<typeof vGeneration>;

/** A text that was looked up, with its vector where it was embedded before. */
export const vKnownText = v.object({ textHash: v.string(), vector: v.optional(v.array(v.float64())) });
export type KnownText = Infer<typeof vKnownText>;

/** What is to be worked on: one thread, one user, or, for the app's own code, everything. */
export const vWorkTarget = v.union(
  v.object({ kind: v.literal("all") }),
  v.object({ kind: v.literal("thread"), threadId: v.string() }),
  v.object({ kind: v.literal("user") }),
);
export type WorkTarget = Infer<typeof vWorkTarget>;

/** A page of entries that a generation lacks: how far it looked, where the next page begins, and if there is none. */
export const vBuildPlace = v.object({ generationId: v.string(), to: v.number(), isLast: v.boolean() });
export type BuildPlace = Infer<typeof vBuildPlace>;
