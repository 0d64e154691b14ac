import { memory, principal } from "./memory.js";

/** What the caller spends and what it costs, by day too, call by call, and the budgets that limit them. Live. */
export const { usageSummary, usageTimeseries, usageTop, listUsage, budgetStatus } = memory.exposeApi({
  authorize: principal,
});
