import { defineTable } from "convex/server";
import { v } from "convex/values";
import { vGenerationState } from "../../validators/embedding.js";
import { vMessageRole } from "../../validators/message.js";
import { vRecallKind } from "../../validators/recall.js";

/**
 * One table a dimension: a vector index has one dimension, and only rows of that table are searched. The entry
 * points here, not the other way round: a hit is resolved by the entry's index, without reading the long row.
 */
const vectors = (dimensions: number) =>
  defineTable({
    /**
     * `embedder|kind|scope`, and of messages `embedder|thread`, of chunks `embedder|document`: a vector filter cannot
     * AND, so keys are composed.
     */
    ownerKey: v.string(),
    threadKey: v.optional(v.string()),
    vector: v.array(v.float64()),
  }).vectorIndex("by_vector", { vectorField: "vector", dimensions, filterFields: ["ownerKey", "threadKey"] });

/** Everything that can be recalled, and its vectors. */
export const recallTables = {
  // Everything that can be recalled, out of the rows it comes from. Written, changed and removed with its source.
  recallEntries: defineTable({
    kind: vRecallKind,
    sourceId: v.string(),
    scope: v.string(),
    threadId: v.optional(v.id("threads")),
    documentId: v.optional(v.id("documents")),
    /** Only the document's current generation is shown. */
    generation: v.optional(v.number()),
    role: v.optional(vMessageRole),
    at: v.number(),
    /** The terms of the previous human turn where that was short, then its own: those begin at `split`. */
    searchText: v.string(),
    split: v.optional(v.number()),
    /** Of messages: the turn, and who said it if not the owner; of a person's: the running number of the session. */
    turn: v.optional(v.number()),
    session: v.optional(v.number()),
    speaker: v.optional(v.string()),
    /** What the ranking knows of the text, as the bits of `src/shared/recallRow.ts`. */
    flags: v.optional(v.number()),
    /** "Always …", "from now on …": wanted although the question shares no word with it. */
    standing: v.optional(v.literal(true)),
    /** From 0 to 1; absent: as any other. */
    importance: v.optional(v.number()),
    /** Present while the vector is still to be made. */
    pending: v.optional(v.literal(true)),
    /** How often an embedder refused the text: it waits behind the others then, and at last is given up. */
    refusals: v.optional(v.number()),
    /** The row of a `vectors_` table, once there is one; the other is of the generation in the second slot. */
    vectorId: v.optional(v.string()),
    otherVectorId: v.optional(v.string()),
    /** Of the embedded text, written with a vector of it: a text that has one is not embedded again. */
    textHash: v.optional(v.string()),
  })
    .index("by_source", ["sourceId"])
    .index("by_vector", ["vectorId"])
    .index("by_other_vector", ["otherVectorId"])
    .index("by_thread_pending", ["threadId", "pending", "refusals"])
    .index("by_scope_pending", ["scope", "pending", "refusals"])
    .index("by_pending", ["pending", "refusals"])
    .index("by_thread_role_turn", ["threadId", "role", "turn"])
    .index("by_thread_time", ["threadId", "kind", "at"])
    .index("by_scope_time", ["scope", "kind", "at"])
    .index("by_thread_standing", ["threadId", "standing"])
    .index("by_scope_standing", ["scope", "standing"])
    .index("by_hash", ["textHash"])
    .searchIndex("by_text", {
      searchField: "searchText",
      filterFields: ["scope", "threadId", "documentId", "kind", "role"],
    }),
  vectors_256: vectors(256),
  vectors_512: vectors(512),
  vectors_1024: vectors(1024),
  vectors_1536: vectors(1536),
  vectors_2048: vectors(2048),
  vectors_3072: vectors(3072),
  vectors_4096: vectors(4096),
  // Which embedder's vectors are searched, and which are being built beside them. Every write of a vector reads the
  // few rows; written by the app's own code alone, so that no build makes turns retry.
  embeddingGenerations: defineTable({
    embedder: v.string(),
    length: v.number(),
    /** Which of an entry's two fields holds the vectors of this generation. */
    slot: v.union(v.literal(0), v.literal(1)),
    state: vGenerationState,
  }),
  // How far a generation that lacks vectors was filled, in the order in which entries were created. Written by the
  // worker; goes when an active generation lacks none any more.
  embeddingBuilds: defineTable({
    generationId: v.id("embeddingGenerations"),
    lookedTo: v.number(),
    embedded: v.number(),
    refused: v.number(),
  }).index("by_generation", ["generationId"]),
  // Vectors of questions, which become no entry: one row a bucket, so the table cannot grow; kept for a day.
  queryVectors: defineTable({
    bucket: v.number(),
    textHash: v.string(),
    embedder: v.string(),
    vector: v.array(v.float64()),
    expiresAt: v.number(),
  })
    .index("by_bucket", ["bucket"])
    .index("by_expiry", ["expiresAt"]),
  // Who is at work on what waits, so that no text is paid for twice. Gone when the work is done.
  workerLeases: defineTable({ target: v.string(), holder: v.string(), expiresAt: v.number() })
    .index("by_target", ["target"])
    .index("by_expiry", ["expiresAt"]),
};
