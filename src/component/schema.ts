import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { vPart } from "../validators/content.js";
import { vDocumentState } from "../validators/document.js";
import { vMessageRole, vMessageState } from "../validators/message.js";
import { vParticipantRole } from "../validators/principal.js";
import { vRecallKind } from "../validators/recall.js";
import { vRunEngine, vRunState, vRunTotals, vToolCallState } from "../validators/run.js";
import { vStreamState } from "../validators/stream.js";
import { vThreadPreview, vThreadStatus } from "../validators/thread.js";
import { vReservedCall } from "../validators/turn.js";
import { vUsage } from "../validators/usage.js";

/**
 * One table a dimension: a vector index has one dimension, and only rows of that table are searched. The entry
 * points here, not the other way round: a hit is resolved by the entry's index, without reading the long row.
 */
const vectors = (dimensions: number) =>
  defineTable({
    /** `embedder|kind|scope` and `embedder|thread`: a vector filter cannot AND, so keys are composed. */
    ownerKey: v.string(),
    threadKey: v.optional(v.string()),
    vector: v.array(v.float64()),
  }).vectorIndex("by_vector", { vectorField: "vector", dimensions, filterFields: ["ownerKey", "threadKey"] });

/** Scopes are the strings of `src/shared/scope.ts`; times are ms since the epoch; `metadata` is JSON text. */
export default defineSchema({
  // A conversation. Written by create and update, and by a turn when it begins and, if it took long, when it ends
  // (`lastActivityAt`). Its owner stands on the head.
  // Read by lists. Deleted by remove at once; its rows follow by the sweep of `retention`.
  threads: defineTable({
    scope: v.string(),
    status: vThreadStatus,
    lastActivityAt: v.number(),
    title: v.optional(v.string()),
    metadata: v.optional(v.string()),
    parentThreadId: v.optional(v.id("threads")),
    operationId: v.optional(v.string()),
    payloadHash: v.optional(v.string()),
  })
    .index("by_scope_activity", ["scope", "lastActivityAt"])
    .index("by_scope_status_activity", ["scope", "status", "lastActivityAt"])
    .index("by_operation", ["scope", "operationId"]),

  // The hot row of a thread: its next turn, its counts and its active run. Written by begin, append and finish.
  // Every access check reads it: it holds the owner. `removing` closes the thread to everyone at once.
  threadHeads: defineTable({
    threadId: v.id("threads"),
    userId: v.string(),
    tenantId: v.optional(v.string()),
    nextTurn: v.number(),
    messages: v.number(),
    activeRunId: v.optional(v.id("runs")),
    preview: v.optional(vThreadPreview),
    shared: v.optional(v.boolean()),
    removing: v.optional(v.boolean()),
    /** An edit gave a message payloads or files that no `batches` row knows: removal must read every message. */
    hasEdits: v.optional(v.boolean()),
  }).index("by_thread", ["threadId"]),

  // Who else may open a thread. Written by the owner; read by access checks of threads that are `shared`.
  participants: defineTable({
    threadId: v.id("threads"),
    scope: v.string(),
    userId: v.string(),
    role: vParticipantRole,
  })
    .index("by_thread", ["threadId", "scope"])
    .index("by_scope", ["scope"]),

  // What a scope holds, so that counting reads one row. Written with what it counts.
  scopeCounts: defineTable({
    scope: v.string(),
    threads: v.number(),
    documents: v.number(),
    chunks: v.number(),
  }).index("by_scope", ["scope"]),

  // What was said, in the order (turn, step). Written by append and by the steps of a run.
  messages: defineTable({
    threadId: v.id("threads"),
    turn: v.number(),
    step: v.number(),
    role: vMessageRole,
    parts: v.array(vPart),
    /** Absent: complete, as nearly every row is. */
    state: v.optional(vMessageState),
    runId: v.optional(v.id("runs")),
    /** Who wrote it, when that is not the thread's owner. */
    author: v.optional(v.string()),
    agentName: v.optional(v.string()),
    model: v.optional(v.string()),
    metadata: v.optional(v.string()),
  }).index("by_place", ["threadId", "turn", "step"]),

  // The pieces of parts over 16 KiB, in order. Written and removed with their message; read by messages.read.
  payloads: defineTable({
    messageId: v.id("messages"),
    part: v.number(),
    piece: v.number(),
    text: v.string(),
  }).index("by_message", ["messageId", "part", "piece"]),

  // The ids that one large append wrote, so that removing a thread need not read each row before it deletes it.
  // Written by append; read and deleted by the sweep of a thread.
  batches: defineTable({ threadId: v.id("threads"), written: v.array(v.string()) }).index("by_thread", [
    "threadId",
  ]),

  // One answer of one agent. Written by begin, by each step, by the end. A thread has at most one active run.
  runs: defineTable({
    threadId: v.id("threads"),
    scope: v.string(),
    turn: v.number(),
    agentName: v.string(),
    engine: vRunEngine,
    state: vRunState,
    /** Model steps saved so far, and the next free place in the turn. */
    steps: v.number(),
    nextStep: v.number(),
    /** Where the run began to write, when that is not right after the prompt. */
    firstStep: v.optional(v.number()),
    totals: vRunTotals,
    /** When the last step was saved: an in-action run that is silent past its lease is taken over. */
    activeAt: v.number(),
    /** Calls of an in-action step whose results come with the next save. */
    openCalls: v.optional(v.array(vReservedCall)),
    operationId: v.optional(v.string()),
    payloadHash: v.optional(v.string()),
    workflowId: v.optional(v.string()),
    streamId: v.optional(v.id("streams")),
    parentRunId: v.optional(v.string()),
    /** Begun by a participant, who may be shut out meanwhile: each step asks whether they may still write. */
    isGuest: v.optional(v.boolean()),
  })
    .index("by_operation", ["threadId", "operationId"])
    .index("by_thread", ["threadId", "turn"]),

  // One call of a tool. In a durable run: created by the step that saves the call, patched by the tool's own step,
  // which reads neither run nor head. In an action: written with its result.
  toolCalls: defineTable({
    runId: v.id("runs"),
    turn: v.number(),
    /** The model step that asked, and the place reserved for the result. */
    askedBy: v.number(),
    step: v.number(),
    callId: v.string(),
    toolName: v.string(),
    state: vToolCallState,
    /** What the tool's own step needs to write its result without reading the run: in durable runs only. */
    owner: v.optional(
      v.object({ threadId: v.id("threads"), scope: v.string(), messageId: v.id("messages") }),
    ),
    ms: v.optional(v.number()),
    expiresAt: v.optional(v.number()),
    decidedBy: v.optional(v.string()),
  })
    .index("by_run", ["runId", "askedBy", "step"])
    .index("by_call", ["runId", "callId"]),

  // An answer while it is written. The message row at its place exists from the start and keeps its id.
  // Ended by the mutation that saves the message; chunks are swept a while later.
  streams: defineTable({
    threadId: v.id("threads"),
    messageId: v.id("messages"),
    scope: v.string(),
    state: vStreamState,
    runId: v.optional(v.id("runs")),
  })
    .index("by_thread", ["threadId"])
    .index("by_state", ["state.kind"]),
  streamChunks: defineTable({ streamId: v.id("streams"), seq: v.number(), deltas: v.string() }).index(
    "by_stream",
    ["streamId", "seq"],
  ),

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
    searchText: v.string(),
    /** Present while the vector is still to be made. */
    pending: v.optional(v.literal(true)),
    /** The row of a `vectors_` table, once there is one. */
    vectorId: v.optional(v.string()),
  })
    .index("by_source", ["sourceId"])
    .index("by_vector", ["vectorId"])
    .index("by_thread_pending", ["threadId", "pending"])
    .searchIndex("by_text", {
      searchField: "searchText",
      filterFields: ["scope", "threadId", "kind", "role"],
    }),
  vectors_256: vectors(256),
  vectors_512: vectors(512),
  vectors_1024: vectors(1024),
  vectors_1536: vectors(1536),
  vectors_2048: vectors(2048),
  vectors_3072: vectors(3072),
  vectors_4096: vectors(4096),

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

  // The ledger: one row per call of a model. Only ever inserted.
  usageEvents: defineTable({
    ...vUsage.fields,
    userId: v.string(),
    tenantId: v.optional(v.string()),
    agentName: v.optional(v.string()),
    threadId: v.optional(v.id("threads")),
    runId: v.optional(v.id("runs")),
    step: v.optional(v.number()),
    commitTs: v.commitTs(),
  })
    .index("by_run", ["runId"])
    .index("by_thread", ["threadId"])
    .index("by_user", ["tenantId", "userId"]),

  // Results of operations that have no natural key, for 24 h. Purged by writers and by the janitor.
  operations: defineTable({
    scope: v.string(),
    operationId: v.string(),
    payloadHash: v.string(),
    result: v.string(),
    expiresAt: v.number(),
  })
    .index("by_operation", ["scope", "operationId"])
    .index("by_expiry", ["expiresAt"]),

  // One row while a janitor is armed or a long removal is under way; none when nothing is left to do.
  // `checkedTo`: uploads made until then were looked at by the sweep of files.
  sweeps: defineTable({
    kind: v.string(),
    target: v.optional(v.string()),
    dueAt: v.number(),
    checkedTo: v.optional(v.number()),
  }).index("by_kind", ["kind", "target"]),
});
