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
  // What a model call was shown and why: ids, counts and hashes, never words. `step` is the place of the message that
  // it gave. Written with that message, deleted with the run.
  contextTraces: defineTable({ runId: v.id("runs"), step: v.number(), trace: v.string() }).index("by_run", [
    "runId",
    "step",
  ]),
  // Texts of contexts, once per owner and content: instructions and tools of an agent; in a thread what was recalled
  // there, a row for each source of it, so that it is forgotten with any of them. Short texts stand in the row, on
  // the first source's.
  contextParts: defineTable({
    owner: v.string(),
    hash: v.string(),
    sourceId: v.optional(v.string()),
    sourceThreadId: v.optional(v.string()),
    text: v.optional(v.string()),
  })
    .index("by_hash", ["owner", "hash"])
    .index("by_source", ["sourceId"])
    .index("by_source_thread", ["sourceThreadId"]),
  // Longer texts lie apart, so that asking whether one is there reads a short row.
  contextTexts: defineTable({ partId: v.id("contextParts"), piece: v.number(), text: v.string() }).index(
    "by_part",
    ["partId", "piece"],
  ),
};
