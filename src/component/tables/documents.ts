import { defineTable } from "convex/server";
import { v } from "convex/values";
import { vDocumentState } from "../../validators/document.js";

/** Documents and files. */
export const documentsTables = {
  // What was ingested. A replace writes generation N + 1 unseen and then moves `generation` in one write.
  documents: defineTable({
    scope: v.string(),
    key: v.string(),
    generation: v.number(),
    hash: v.string(),
    bytes: v.number(),
    chunks: v.number(),
    state: vDocumentState,
    title: v.optional(v.string()),
    metadata: v.optional(v.string()),
    /** The generation that is being written, with what it will be. */
    next: v.optional(
      v.object({
        generation: v.number(),
        hash: v.string(),
        bytes: v.number(),
        chunks: v.number(),
        /** Bytes of the text of its chunks so far. */
        written: v.number(),
        title: v.optional(v.string()),
        metadata: v.optional(v.string()),
      }),
    ),
  }).index("by_key", ["scope", "key"]),
  chunks: defineTable({
    documentId: v.id("documents"),
    generation: v.number(),
    index: v.number(),
    heading: v.string(),
    text: v.string(),
    tokens: v.number(),
  }).index("by_document", ["documentId", "generation", "index"]),
  // Stored files, once per content and scope. `uses` counts the messages that hold one.
  files: defineTable({
    scope: v.string(),
    storageId: v.id("_storage"),
    hash: v.string(),
    mediaType: v.string(),
    bytes: v.number(),
    uses: v.number(),
    name: v.optional(v.string()),
    /** Since when nothing uses it; it is removed after the grace period. */
    releasedAt: v.optional(v.number()),
  })
    // Lists read in the order of creation, which by_hash does not have.
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes
    .index("by_scope", ["scope"])
    .index("by_hash", ["scope", "hash"])
    .index("by_storage", ["storageId"])
    .index("by_released", ["releasedAt"]),
};
