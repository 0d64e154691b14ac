import { memory, principal } from "./memory.js";

/** What the caller spends and what it costs, by day too, and the budgets that limit them. Live. */
export const { usageSummary, usageTimeseries, budgetStatus } = memory.exposeApi({ authorize: principal });
