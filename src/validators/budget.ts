import { v, type Infer, type ObjectType, type VAny } from "convex/values";

/** Whose spending a budget limits. `run`: each run of an agent by itself, without a row of its own. */
export const vBudgetSubject = v.union(
  v.literal("tenant"),
  v.literal("user"),
  v.literal("agent"),
  v.literal("thread"),
  v.literal("run"),
);
export type BudgetSubject = Infer<typeof vBudgetSubject>;

/** `tokens`: input and output together; `cost`: millionths of the ledger's currency. */
export const vBudgetUnit = v.union(v.literal("tokens"), v.literal("cost"));
export type BudgetUnit = Infer<typeof vBudgetUnit>;

/** Days and months begin at midnight UTC. */
export const vBudgetPeriod = v.union(v.literal("day"), v.literal("month"), v.literal("lifetime"));
export type BudgetPeriod = Infer<typeof vBudgetPeriod>;

/** `hard`: no call of a model begins without room in it; `soft`: that there is none is told, once a period. */
export const vBudgetMode = v.union(v.literal("soft"), v.literal("hard"));
export type BudgetMode = Infer<typeof vBudgetMode>;

/** The budget that has no room, as errors and failed runs tell it. */
export const vBudgetExceeded = v.object({
  /** Absent for a run's own. */
  budgetId: v.optional(v.string()),
  per: vBudgetSubject,
  unit: vBudgetUnit,
  period: vBudgetPeriod,
  limit: v.number(),
  spent: v.number(),
  /** Drawn by runs and not settled yet. */
  reserved: v.number(),
  /** When it begins anew, in ms since the epoch; null: never. */
  resetsAt: v.union(v.number(), v.null()),
});
export type BudgetExceeded = Infer<typeof vBudgetExceeded>;

/** A soft budget without room for the next call, as the app is told once in its period: its figures, and the run. */
export const vBudgetWarning = v.object({
  ...vBudgetExceeded.fields,
  runId: v.string(),
  threadId: v.string(),
  agentName: v.string(),
  /** Whose run it is. */
  userId: v.string(),
  tenantId: v.optional(v.string()),
});
export type BudgetWarning = Infer<typeof vBudgetWarning>;

/** As doors give it that do much else. */
export const vOpaqueExceeded = v.any() as VAny<BudgetExceeded>;

/** Those whose budgets have rows. */
export const vBudgetParty = v.union(
  v.literal("tenant"),
  v.literal("user"),
  v.literal("agent"),
  v.literal("thread"),
);
export type BudgetParty = Infer<typeof vBudgetParty>;

/** Whose a budget is: of `per`, the fields that name it. Without `tenantId`: those of no tenant. */
export const vBudgetOwner = {
  per: vBudgetParty,
  tenantId: v.optional(v.string()),
  userId: v.optional(v.string()),
  agentName: v.optional(v.string()),
  threadId: v.optional(v.string()),
};
export type BudgetOwner = ObjectType<typeof vBudgetOwner>;

const vLimit = {
  budgetId: v.string(),
  unit: vBudgetUnit,
  period: vBudgetPeriod,
  limit: v.number(),
  mode: vBudgetMode,
  /** Made by an agent's rule: it holds for runs of agents with such a rule alone. */
  isByRule: v.optional(v.boolean()),
  /** Settled in this period. */
  spent: v.number(),
  /** Drawn by open runs and not settled. */
  reserved: v.number(),
  /** When it begins anew, in ms since the epoch; null: never. */
  resetsAt: v.union(v.number(), v.null()),
  /** That it had no room for the next call was told in this period: of soft ones. */
  isWarned: v.boolean(),
};

/** A budget as the app's own code lists it. */
export const vBudget = v.object({ ...vBudgetOwner, ...vLimit });
export type Budget = Infer<typeof vBudget>;

/** Where a budget stands that limits a principal. */
export const vBudgetStatus = v.object({
  per: vBudgetParty,
  ...vLimit,
  /** Of `reserved`: what open runs have spent by now, as their rows say. */
  inFlight: v.number(),
  /** More runs draw on it than were looked at: `inFlight` is at least so much. */
  isCut: v.optional(v.boolean()),
  /** What may still be drawn; never below 0. */
  remaining: v.number(),
});
export type BudgetStatus = Infer<typeof vBudgetStatus>;
