import { defineTable } from "convex/server";
import { v } from "convex/values";

/** Repeated operations and sweeps. */
export const upkeepTables = {
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
