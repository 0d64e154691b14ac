import { defineTable } from "convex/server";
import { v } from "convex/values";
import { vBudgetMode, vBudgetParty, vBudgetPeriod, vBudgetUnit } from "../../validators/budget.js";
import { vPricedModel, vPricePeriod } from "../../validators/price.js";
import { vCountedUsage, vUsagePurpose } from "../../validators/usage.js";
import { vUsageCounts } from "../../validators/usageSums.js";

/** What was used, what it cost, and who may spend how much. */
export const ledgerTables = {
  // The ledger: one row per call of a model. Inserted, and never changed but for the user's name, which an erasure takes
  // out. Read by `commitTs` where a fold or a sum goes on from the mark, by time where events are listed.
  usageEvents: defineTable({
    ...vCountedUsage.fields,
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
    /** Of a call that looks like others of its run: by it a repeated save is known. */
    key: v.optional(v.string()),
    priceVersion: v.optional(v.number()),
    commitTs: v.commitTs(),
  })
    .index("by_run", ["runId"])
    .index("by_parent", ["parentRunId"])
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes -- by time; the other is by commit, from the mark on
    .index("by_thread", ["threadId"])
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes -- by time; the other is by commit, from the mark on
    .index("by_user", ["tenantId", "userId"])
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes -- by time; the other is by commit, from the mark on
    .index("by_tenant", ["tenantId"])
    .index("by_commit", ["commitTs"])
    .index("by_thread_commit", ["threadId", "commitTs"])
    .index("by_user_commit", ["tenantId", "userId", "commitTs"])
    .index("by_tenant_commit", ["tenantId", "commitTs"]),
  // Sums of events up to the mark. Written by the fold; an erasure moves a user's to nobody, and a thread's go with it.
  // `subject` is a scope, or "*" for all; `day` its midnight UTC. A thread has one row a group for its whole life, with
  // `day` 0.
  usageRollups: defineTable({
    subject: v.string(),
    /** Of a user their tenant, of a tenant "*". */
    parent: v.optional(v.string()),
    day: v.number(),
    agentName: v.optional(v.string()),
    provider: v.string(),
    model: v.string(),
    purpose: vUsagePurpose,
    ...vUsageCounts.fields,
  })
    .index("by_subject", ["subject", "day", "provider", "model", "purpose", "agentName"])
    .index("by_parent", ["parent", "day", "costMicros"]),
  // One row: how far events are folded, and when they were. Written by the fold alone, read by sums.
  usageMarks: defineTable({ commitTs: v.int64(), foldedAt: v.number() }),
  // One row: when the next fold is due, 0 while none is armed. Apart from the mark, so that a step that looks whether
  // a fold is armed does not meet the fold. Made with the first thread or event, never deleted.
  usageFolds: defineTable({
    dueAt: v.number(),
    /** Events that a fold may take; absent: all of a page. Halved where one was lost, for it may have been too much. */
    maxEvents: v.optional(v.number()),
  }).index("by_due", ["dueAt"]),
  // One row: what the ledger counts money in, and the last version of a price. Written with the first price, budget or
  // cost, and where prices change.
  ledgerSettings: defineTable({ currency: v.string(), priceVersion: v.optional(v.number()) }),
  // What a model costs, one row a model with its periods, in order: a step reads one row. Written by the app alone.
  prices: defineTable({ ...vPricedModel, periods: v.array(vPricePeriod) })
    .index("by_model", ["model", "provider"])
    .index("by_provider", ["provider", "model"]),
  // Periods that no longer stand in the row of their model. Only ever inserted: events name them by their version.
  pastPrices: defineTable({ ...vPricedModel, ...vPricePeriod.fields }).index("by_version", ["version"]),
  // What a subject may spend. Written when it is set, and when a run draws on it or returns.
  budgets: defineTable({
    /** A scope. */
    subject: v.string(),
    per: vBudgetParty,
    unit: vBudgetUnit,
    period: vBudgetPeriod,
    limit: v.number(),
    mode: vBudgetMode,
    /**
     * Made by an agent's rule, which may change it, and of such agents' runs alone; false: the app has taken it over;
     * absent: set by the app.
     */
    isByRule: v.optional(v.boolean()),
    /** When the period began that `spent` and `reserved` are of. */
    startedAt: v.number(),
    /** Settled by runs that have returned what they drew. */
    spent: v.number(),
    /** Drawn by runs that have not. */
    reserved: v.number(),
    /** When passing the limit was told in this period. */
    warnedAt: v.optional(v.number()),
  }).index("by_subject", ["subject", "unit", "period"]),
  // That a run has drawn from a budget: the run's row says how much and what it spent of it. Written when it draws,
  // deleted when it returns; an expired one is reclaimed by the next draw from that budget, which says so on the run.
  slabs: defineTable({
    budgetId: v.id("budgets"),
    runId: v.id("runs"),
    amount: v.number(),
    /** The period that it was drawn in. */
    startedAt: v.number(),
    expiresAt: v.number(),
  })
    .index("by_budget", ["budgetId", "expiresAt"])
    .index("by_run", ["runId"]),
};
