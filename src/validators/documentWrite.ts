// Documents as they are written.
import { v, type Infer } from "convex/values";

/** A passage to write. `vector` is the embedding of its text, when the caller has one. */
export const vNewChunk = v.object({
  heading: v.string(),
  text: v.string(),
  tokens: v.number(),
  /** What stands between it and the chunk before; a blank line unless told. */
  joint: v.optional(v.string()),
  vector: v.optional(v.array(v.float64())),
});
export type NewChunk = Infer<typeof vNewChunk>;

/** `unchanged`: the hash is the stored one. `open`: more chunks are expected. `ready`: readers see it now. */
export const vDocumentWrite = v.object({
  kind: v.union(v.literal("unchanged"), v.literal("open"), v.literal("ready")),
  documentId: v.string(),
  generation: v.number(),
});
export type DocumentWrite = Infer<typeof vDocumentWrite>;
