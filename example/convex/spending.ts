import { vBudgetStatus } from "convex-agent-memory";
import { v } from "convex/values";
import { query } from "./_generated/server.js";
import { memory, principal } from "./memory.js";

/** What the caller used and what it cost, live. */
export const { usageSummary, usageTimeseries } = memory.exposeApi({ authorize: principal });

/** The budgets that limit the caller, live. */
export const budgetStatus = query({
  args: {},
  returns: v.array(vBudgetStatus),
  handler: async (ctx) => await memory.as(await principal(ctx)).budgets.status(ctx, {}),
});
