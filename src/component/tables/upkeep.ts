import { defineTable } from "convex/server";
import { v } from "convex/values";
import { vUsage, vUsagePurpose } from "../../validators/usage.js";

/** The ledger, repeated operations and sweeps. */
export const upkeepTables = {
  // The ledger: one row per call of a model. Only ever inserted.
  usageEvents: defineTable({
    ...vUsage.fields,
    /** Absent: an answer, as nearly every call is. */
    purpose: v.optional(vUsagePurpose),
    userId: v.string(),
    tenantId: v.optional(v.string()),
    agentName: v.optional(v.string()),
    threadId: v.optional(v.id("threads")),
    runId: v.optional(v.id("runs")),
    /** Of a nested run: the run that asked. */
    parentRunId: v.optional(v.string()),
    step: v.optional(v.number()),
    commitTs: v.commitTs(),
  })
    .index("by_run", ["runId"])
    .index("by_parent", ["parentRunId"])
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
};
