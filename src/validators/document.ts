import { v, type Infer } from "convex/values";

export const vDocumentState = v.union(
  v.object({ kind: v.literal("empty") }),
  v.object({ kind: v.literal("ready"), readyAt: v.number() }),
);

/** How a write in progress stands. `abandoned`: its writer has been silent for longer than an action lives. */
export const vDraftPhase = v.union(
  v.object({ kind: v.literal("writing") }),
  v.object({ kind: v.literal("failed"), reason: v.string() }),
  v.object({ kind: v.literal("abandoned") }),
);
export type DraftPhase = Infer<typeof vDraftPhase>;

/** Chunks of a generation, and the bytes of their texts. */
export const vDocumentSize = v.object({ chunks: v.number(), bytes: v.number() });

/** A generation that is being written, unseen: what of it is there, and how much it will be. Times in ms. */
export const vDraft = v.object({
  generation: v.number(),
  hash: v.string(),
  phase: vDraftPhase,
  /** Where to go on, as well: chunks are written in order. */
  written: vDocumentSize,
  total: vDocumentSize,
  startedAt: v.number(),
  updatedAt: v.number(),
});
export type Draft = Infer<typeof vDraft>;

export const vDocument = v.object({
  documentId: v.string(),
  key: v.string(),
  title: v.optional(v.string()),
  /** JSON text of the app's. */
  metadata: v.optional(v.string()),
  /** From 0 to 1; absent: as any other. */
  importance: v.optional(v.number()),
  /** Over everything: what `contentHash` covers, metadata and importance. */
  hash: v.string(),
  /** Over what the chunks and their vectors are made of: text, title, chunker and embedder. */
  contentHash: v.string(),
  /** Of the text as it was put. */
  bytes: v.number(),
  chunks: v.number(),
  generation: v.number(),
  state: vDocumentState,
  writing: v.optional(vDraft),
});
export type Document = Infer<typeof vDocument>;

export const vChunk = v.object({
  chunkId: v.string(),
  documentKey: v.string(),
  index: v.number(),
  heading: v.string(),
  text: v.string(),
  tokens: v.number(),
});
export type Chunk = Infer<typeof vChunk>;

/** Neighbouring chunks as one text. `from` and `to` are the indexes of the first and the last. */
export const vChunkSpan = v.object({
  documentId: v.string(),
  documentKey: v.string(),
  title: v.optional(v.string()),
  from: v.number(),
  to: v.number(),
  headings: v.array(v.string()),
  text: v.string(),
  tokens: v.number(),
  /** Those that were asked for and stand in it, in order. */
  chunkIds: v.array(v.string()),
});
export type ChunkSpan = Infer<typeof vChunkSpan>;

/** What metadata is compared with: each named key holds exactly this value. */
export type DocumentFilter = Record<string, string | number | boolean>;
