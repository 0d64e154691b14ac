import { defineTable } from "convex/server";
import { v } from "convex/values";
import { vDocumentState, vDraft } from "../../validators/document.js";

/** Documents and files. */
export const documentsTables = {
  // What was ingested. A replace writes generation N + 1 unseen and then moves `generation` in one write.
  documents: defineTable({
    scope: v.string(),
    key: v.string(),
    generation: v.number(),
    /** The highest generation that was ever begun: none is used twice. */
    lastGeneration: v.number(),
    hash: v.string(),
    contentHash: v.string(),
    bytes: v.number(),
    chunks: v.number(),
    state: vDocumentState,
    title: v.optional(v.string()),
    metadata: v.optional(v.string()),
    importance: v.optional(v.number()),
    /** The chunk from which on entries still have an earlier importance. */
    stampFrom: v.optional(v.number()),
    /** The generation that is being written, with what it will be. */
    next: v.optional(
      v.object({
        ...vDraft.fields,
        contentHash: v.string(),
        bytes: v.number(),
        title: v.optional(v.string()),
        metadata: v.optional(v.string()),
        importance: v.optional(v.number()),
      }),
    ),
  })
    .index("by_key", ["scope", "key"])
    .index("by_scope_draft", ["scope", "next.updatedAt"])
    .index("by_draft", ["next.phase.kind", "next.updatedAt"]),
  // What the metadata of a document's current generation can be filtered by, one row a key. Changed with the metadata.
  documentTags: defineTable({
    scope: v.string(),
    /** `["key",value]` as JSON. */
    tag: v.string(),
    /** The document's: all tags of a scope are read in one order. */
    key: v.string(),
    documentId: v.id("documents"),
  })
    .index("by_tag", ["scope", "tag", "key"])
    .index("by_document", ["documentId"]),
  chunks: defineTable({
    documentId: v.id("documents"),
    generation: v.number(),
    index: v.number(),
    heading: v.string(),
    text: v.string(),
    tokens: v.number(),
    /** What stands between it and the chunk before; absent: a blank line. */
    joint: v.optional(v.string()),
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
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes -- lists read in the order of creation, which by_hash does not have
    .index("by_scope", ["scope"])
    .index("by_hash", ["scope", "hash"])
    .index("by_storage", ["storageId"])
    .index("by_released", ["releasedAt"]),
};
