import { defineTable } from "convex/server";
import { v } from "convex/values";
import { vFactOrigin, vFactSource, vFactState } from "../../validators/fact.js";
import { vThreadPlace } from "../../validators/thread.js";

/** What is known: facts and blocks. */
export const knowledgeTables = {
  // What is known, with when it was true and when we knew. Closed rows stay: the past can be asked. Written by appends,
  // reviews and extractions; deleted when it expires, and with the thread that it rests on alone.
  facts: defineTable({
    scope: v.string(),
    threadId: v.optional(v.id("threads")),
    key: v.optional(v.string()),
    text: v.string(),
    /**
     * Of the normalised text and its key: exact duplicates of the whole scope are found by it. Of the text alone once
     * it is declined or forgotten: an extraction does not learn it again.
     */
    hash: v.string(),
    state: vFactState,
    validFrom: v.number(),
    validTo: v.optional(v.number()),
    origin: vFactOrigin,
    sources: v.array(vFactSource),
    importance: v.optional(v.number()),
    pinned: v.optional(v.literal(true)),
    expiresAt: v.optional(v.number()),
    supersedes: v.optional(v.id("facts")),
    /** When a candidate was confirmed: it was not believed before. */
    confirmedAt: v.optional(v.number()),
    /** When a context last showed it, to the day. */
    recalledAt: v.optional(v.number()),
    metadata: v.optional(v.string()),
  })
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes -- lists read in the order of writing, which by_scope_recalled does not have
    .index("by_scope_state", ["scope", "state.kind"])
    .index("by_scope_recalled", ["scope", "state.kind", "recalledAt"])
    .index("by_scope_key", ["scope", "key", "validFrom"])
    .index("by_scope_expiry", ["scope", "expiresAt"])
    .index("by_hash", ["scope", "hash", "state.kind"])
    .index("by_expiry", ["expiresAt"])
    .index("by_thread", ["threadId"]),
  // Which message a fact rests on, so that facts follow what they came from. Written and deleted with the fact.
  factSources: defineTable({
    factId: v.id("facts"),
    messageId: v.string(),
    threadId: v.id("threads"),
  })
    .index("by_fact", ["factId"])
    .index("by_message", ["messageId"])
    .index("by_thread", ["threadId"]),
  // How far a thread was read for facts. Moved in the mutation that writes them.
  extractions: defineTable({
    threadId: v.id("threads"),
    readTo: vThreadPlace,
    /** The last batch ended inside a turn: the thread is not read to its end although no turn follows. */
    isInsideTurn: v.optional(v.literal(true)),
  }).index("by_thread", ["threadId"]),
  // Working memory: short labelled texts that are in every context. `version` is compared before each write.
  blocks: defineTable({
    scope: v.string(),
    threadId: v.optional(v.id("threads")),
    label: v.string(),
    description: v.optional(v.string()),
    value: v.string(),
    maxTokens: v.number(),
    readOnly: v.optional(v.literal(true)),
    version: v.number(),
    updatedAt: v.number(),
  })
    .index("by_scope", ["scope", "label"])
    .index("by_thread", ["threadId"]),
  // The last values of a block, the one that stands among them. Written with each, deleted from the oldest on.
  blockVersions: defineTable({
    blockId: v.id("blocks"),
    version: v.number(),
    value: v.string(),
    writtenBy: v.optional(v.string()),
  }).index("by_block", ["blockId", "version"]),
};
