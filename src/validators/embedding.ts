import { v, type Infer } from "convex/values";

/**
 * A generation of vectors: one embedder and one length. One is active, one may be built beside it; the one that was
 * active before is kept until it is retired, so that a switch can be taken back.
 */
export const vGenerationState = v.union(
  v.object({ kind: v.literal("building") }),
  v.object({ kind: v.literal("active"), activeSince: v.number() }),
  v.object({ kind: v.literal("previous"), replacedAt: v.number() }),
);
export type GenerationState = Infer<typeof vGenerationState>;
