import { v, type Infer } from "convex/values";

export const vDocumentState = v.union(
  v.object({ kind: v.literal("empty") }),
  v.object({ kind: v.literal("ready"), readyAt: v.number() }),
);

export const vDocument = v.object({
  documentId: v.string(),
  key: v.string(),
  title: v.optional(v.string()),
  metadata: v.optional(v.string()),
  hash: v.string(),
  bytes: v.number(),
  chunks: v.number(),
  generation: v.number(),
  state: vDocumentState,
  /** The generation that is being written, unseen, and the chunks of it that are there: where to go on. */
  writing: v.optional(v.object({ generation: v.number(), hash: v.string(), chunks: v.number() })),
});
export type Document = Infer<typeof vDocument>;

/** A passage to write. `vector` is the embedding of its text, when the caller has one. */
export const vNewChunk = v.object({
  heading: v.string(),
  text: v.string(),
  tokens: v.number(),
  vector: v.optional(v.array(v.float64())),
});
export type NewChunk = Infer<typeof vNewChunk>;

export const vChunk = v.object({
  chunkId: v.string(),
  documentKey: v.string(),
  index: v.number(),
  heading: v.string(),
  text: v.string(),
  tokens: v.number(),
});
export type Chunk = Infer<typeof vChunk>;

/** `unchanged`: the hash is the stored one. `open`: more chunks are expected. `ready`: readers see it now. */
export const vDocumentWrite = v.object({
  kind: v.union(v.literal("unchanged"), v.literal("open"), v.literal("ready")),
  documentId: v.string(),
  generation: v.number(),
});
export type DocumentWrite = Infer<typeof vDocumentWrite>;
