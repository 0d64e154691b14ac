import { vWorkflowId } from "@convex-dev/workflow";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** What the tool `note` wrote: once a call. */
  notes: defineTable({ operationId: v.string() }).index("by_operation", ["operationId"]),
  /** A workflow of two agents. */
  briefs: defineTable({
    operationId: v.string(),
    workflowId: v.optional(vWorkflowId),
    state: v.union(
      v.literal("researching"),
      v.literal("waiting"),
      v.literal("writing"),
      v.literal("completed"),
      v.literal("failed"),
    ),
  }).index("by_operation", ["operationId"]),
});
