import { v, type Infer } from "convex/values";

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

/** `soft`: passing it is told, and nothing else; `hard`: no call of a model begins without room in it. */
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

/** A soft budget that was passed, as the app is told once in its period: the figures, and the run that passed it. */
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
