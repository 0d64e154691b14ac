// What a run and its budgets tell each other. Apps need none of it as a value.
import { v, type Infer, type VAny } from "convex/values";
import { vBudgetSubject, vBudgetUnit, vBudgetPeriod, vBudgetMode, vBudgetExceeded } from "./budget.js";

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

/** What a run holds for its next call, as the code that drives it sees before that whether the call fits. */
export const vHeldRoom = v.object({
  /** Tokens that the call may be shown, with an output as long as its cap. */
  inputTokens: v.number(),
  /** Where costs are limited: for whose prices. */
  pricedAs: v.optional(v.object({ provider: v.string(), model: v.string() })),
});
export type HeldRoom = Infer<typeof vHeldRoom>;

/** As doors give them that do much else. */
export const vOpaqueRoom = v.any() as VAny<HeldRoom>;

/** What a call of a model is held to use: its input as counted, its output by its cap. */
export const vCallEstimate = v.object({ inputTokens: v.number(), outputTokens: v.number() });
export type CallEstimate = Infer<typeof vCallEstimate>;

/** What a run has drawn from one budget and not returned. */
export const vHeldBudget = v.object({
  budgetId: v.id("budgets"),
  unit: vBudgetUnit,
  period: vBudgetPeriod,
  isSoft: v.optional(v.boolean()),
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
