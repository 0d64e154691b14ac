import { v } from "convex/values";
import {
  vBudget,
  vBudgetMode,
  vBudgetOwner,
  vBudgetPeriod,
  vBudgetStatus,
  vBudgetUnit,
} from "../validators/budget.js";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller } from "../validators/principal.js";
import { mutation, query } from "./_generated/server.js";
import * as budgets from "./model/budgets.js";

/** Sets what a subject may spend, or changes it in place. For the app's own code. */
export const set = mutation({
  args: {
    caller: vCaller,
    ...vBudgetOwner,
    unit: vBudgetUnit,
    period: vBudgetPeriod,
    limit: v.number(),
    mode: vBudgetMode,
    currency: v.optional(v.string()),
  },
  returns: v.object({ budgetId: v.string() }),
  handler: (ctx, args) => budgets.set(ctx, args),
});

/** All budgets, or those of one subject. For the app's own code. */
export const list = query({
  args: { caller: vCaller, owner: v.optional(v.object(vBudgetOwner)), ...vPageRequest },
  returns: vPage(vBudget),
  handler: (ctx, args) => budgets.list(ctx, args),
});

/** Removes a budget with what runs hold of it. For the app's own code. */
export const remove = mutation({
  args: { caller: vCaller, budgetId: v.string() },
  returns: v.null(),
  handler: (ctx, args) => budgets.remove(ctx, args),
});

/** Where the budgets stand that limit a principal: itself, or for the app's own code the one named. */
export const status = query({
  args: {
    caller: vCaller,
    userId: v.optional(v.string()),
    tenantId: v.optional(v.string()),
    agentName: v.optional(v.string()),
    threadId: v.optional(v.string()),
  },
  returns: v.array(vBudgetStatus),
  handler: (ctx, args) => budgets.status(ctx, args),
});
