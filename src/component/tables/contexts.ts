import { defineTable } from "convex/server";
import { v } from "convex/values";
import { vThreadPlace } from "../../validators/thread.js";

/** What models were shown. */
export const contextsTables = {
  // Overlays over the older messages of a thread, each from the thread's start to `to`. The messages stay. Written by
  // commit, which lets the oldest of many go; removed with their thread, and when a message they cover changes.
  summaries: defineTable({
    threadId: v.id("threads"),
    scope: v.string(),
    /** The first message that this one read itself, and the last; what is before came from `parentId`. */
    from: vThreadPlace,
    to: vThreadPlace,
    /** The how many-th of its thread: old ones go by it. */
    number: v.number(),
    text: v.string(),
    tokens: v.number(),
    parentId: v.optional(v.id("summaries")),
    model: v.optional(v.string()),
  })
    .index("by_thread", ["threadId"])
    .index("by_scope", ["scope"]),
  // What a model call was shown and why. Written with the message that it gave, deleted with the thread.
  contextTraces: defineTable({
    threadId: v.id("threads"),
    runId: v.id("runs"),
    step: v.number(),
    messageId: v.id("messages"),
    trace: v.string(),
  })
    .index("by_message", ["messageId"])
    .index("by_run", ["runId", "step"])
    .index("by_thread", ["threadId"]),
  // Texts of contexts, once per owner and content: instructions and tools of an agent; blocks, summaries and recalled
  // texts of a thread. The text lies apart, so that asking whether it is there reads a short row.
  contextParts: defineTable({ owner: v.string(), hash: v.string() }).index("by_hash", ["owner", "hash"]),
  contextTexts: defineTable({ partId: v.id("contextParts"), piece: v.number(), text: v.string() }).index(
    "by_part",
    ["partId", "piece"],
  ),
};
