import { defineTable } from "convex/server";
import { v } from "convex/values";
import { vPart } from "../../validators/content.js";
import { vFactCounts } from "../../validators/fact.js";
import { vMessageRole, vMessageState } from "../../validators/message.js";
import { vParticipantRole } from "../../validators/principal.js";
import { vThreadPlace, vThreadPreview, vThreadStatus } from "../../validators/thread.js";

/** Conversations and what was said in them. */
export const threadsTables = {
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
    /** Opened for a nested run of this run: it goes with its parent. */
    parentRunId: v.optional(v.string()),
    operationId: v.optional(v.string()),
    payloadHash: v.optional(v.string()),
  })
    .index("by_scope_activity", ["scope", "lastActivityAt"])
    .index("by_activity", ["lastActivityAt"])
    .index("by_scope_status_activity", ["scope", "status", "lastActivityAt"])
    .index("by_operation", ["scope", "operationId"])
    .index("by_parent", ["parentThreadId", "parentRunId"])
    .searchIndex("by_title", { searchField: "title", filterFields: ["scope"] }),
  // The hot row of a thread: its next turn, its counts and its active run. Written by begin, append and finish.
  // Every access check reads it: it holds the owner. `removing` closes the thread to everyone at once.
  threadHeads: defineTable({
    threadId: v.id("threads"),
    userId: v.string(),
    tenantId: v.optional(v.string()),
    nextTurn: v.number(),
    messages: v.number(),
    activeRunId: v.optional(v.id("runs")),
    /** Runs that wait for their turn: the end of a run knows by it that one is to be promoted. Absent: none. */
    queuedRuns: v.optional(v.number()),
    preview: v.optional(vThreadPreview),
    shared: v.optional(v.boolean()),
    removing: v.optional(v.boolean()),
    /** An edit gave a message payloads or files that no `batches` row knows: removal must read every message. */
    hasEdits: v.optional(v.boolean()),
    /** The newest overlay: contexts show it in place of the messages up to its end. */
    summaryId: v.optional(v.id("summaries")),
    /** Outputs of tools up to here are shown as placeholders: it only moves forward, so prompts keep their start. */
    prunedTo: v.optional(vThreadPlace),
    /** How often messages were changed or removed: a summary that was made meanwhile may hold words that are gone. */
    edits: v.optional(v.number()),
    /** Tokens that the provider counted for each token of our estimate, of the last call. */
    tokenFactor: v.optional(v.number()),
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
    facts: v.optional(vFactCounts),
    blocks: v.optional(v.number()),
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
    /** Who said it, and when, where a history is imported; else the author, and when the row was written. */
    speaker: v.optional(v.string()),
    saidAt: v.optional(v.number()),
    agentName: v.optional(v.string()),
    model: v.optional(v.string()),
    metadata: v.optional(v.string()),
    /** When its parts were last replaced. */
    editedAt: v.optional(v.number()),
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
};
