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

/** A limit. An agent's rule holds where the subject has no budget of its own for that unit and period. */
export const vBudgetRule = v.object({
  per: vBudgetSubject,
  unit: vBudgetUnit,
  period: vBudgetPeriod,
  limit: v.number(),
  mode: vBudgetMode,
});
export type BudgetRule = Infer<typeof vBudgetRule>;

/** What a run needs of its budgets, as its runtime knows it before the first call. */
export const vBudgetAsk = v.object({
  rules: v.array(vBudgetRule),
  /** What the first call is held to use beside the thread's history: instructions, tools; its output by its cap. */
  inputTokens: v.number(),
  outputTokens: v.number(),
  /** Whose prices are meant. */
  provider: v.string(),
  model: v.string(),
  /** Calls that a slab is drawn for. */
  slabCalls: v.optional(v.number()),
  /** What a durable run does without room: fails unless told, or waits until the budget begins anew. */
  whenExceeded: v.optional(v.union(v.literal("fail"), v.literal("wait"))),
});
export type BudgetAsk = Infer<typeof vBudgetAsk>;

/** As the door of a turn takes it: checked against `vBudgetAsk` where the run begins. */
export const vOpaqueBudgetAsk = v.any() as VAny<BudgetAsk>;

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

/** What a call of a model is held to use: its input as counted, its output by its cap. */
export const vCallEstimate = v.object({ inputTokens: v.number(), outputTokens: v.number() });
export type CallEstimate = Infer<typeof vCallEstimate>;

/** What a run has drawn from one budget and not returned. */
export const vHeldBudget = v.object({
  budgetId: v.id("budgets"),
  unit: vBudgetUnit,
  period: vBudgetPeriod,
  /** The period that it was drawn in: what is spent of it counts there. */
  startedAt: v.number(),
  drawn: v.number(),
  /** Spent since it was drawn; more than `drawn` where a call used more than it was held to. */
  spent: v.number(),
});
export type HeldBudget = Infer<typeof vHeldBudget>;

/** Budgets as a run keeps them on its own row. */
export const vRunBudgets = v.object({
  ask: vBudgetAsk,
  /** What the next call is held to use; absent before the first. */
  next: v.optional(vCallEstimate),
  held: v.array(vHeldBudget),
  /** Nothing is drawn for the next call. */
  isDue: v.optional(v.boolean()),
  /** A call's cost is not known since it last drew. */
  isUnpriced: v.optional(v.boolean()),
  /** That it passed a limit of its own was told. */
  isWarned: v.optional(v.boolean()),
  /** Why it ended. */
  exceeded: v.optional(vBudgetExceeded),
});
export type RunBudgets = Infer<typeof vRunBudgets>;

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
