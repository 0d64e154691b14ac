import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

/** What this app keeps beside the memory. Times are ms since the epoch. */
export default defineSchema({
  // How far the ingest of a folder is. Written by `documents.begin` and once for each batch; watched by `progress`.
  ingests: defineTable({
    tenantId: v.string(),
    userId: v.string(),
    files: v.number(),
    filesDone: v.number(),
    chunks: v.number(),
    unchanged: v.number(),
    skipped: v.number(),
    startedAt: v.number(),
    updatedAt: v.number(),
  }),

  // The batches that were counted, so that a batch that is sent again is not counted again.
  ingestBatches: defineTable({ ingestId: v.id("ingests"), batch: v.number() }).index("by_batch", [
    "ingestId",
    "batch",
  ]),

  // What a user's threads were about on a day (UTC, as 2026-11-25). Written by the cron of `crons.ts`, once.
  digests: defineTable({
    tenantId: v.optional(v.string()),
    userId: v.string(),
    day: v.string(),
    text: v.string(),
    /** The summaries that it was made from. */
    summaryIds: v.array(v.string()),
  }).index("by_user_day", ["tenantId", "userId", "day"]),

  // A line for each run that has ended. Written by the hook of `activity.ts`, in the transaction that ends the run.
  activity: defineTable({
    threadId: v.string(),
    runId: v.string(),
    agentName: v.string(),
    state: v.string(),
    tokens: v.number(),
    ms: v.number(),
  }).index("by_thread", ["threadId"]),

  // A brief that two agents write and a person approves in between. Written by `brief.start` and by its workflow.
  briefs: defineTable({
    tenantId: v.string(),
    userId: v.string(),
    threadId: v.string(),
    topic: v.string(),
    workflowId: v.optional(v.string()),
    state: v.union(
      v.object({ kind: v.literal("researching") }),
      v.object({ kind: v.literal("awaitingApproval"), sources: v.string() }),
      v.object({ kind: v.literal("writing") }),
      v.object({ kind: v.literal("completed"), text: v.string() }),
      v.object({ kind: v.literal("rejected"), note: v.optional(v.string()) }),
      v.object({ kind: v.literal("failed"), message: v.string() }),
    ),
  }),
});
