import type { BudgetPeriod } from "../validators/budget.js";

/** When the period began that holds at a time, in ms since the epoch: midnight UTC, or 0 for a lifetime. */
export function periodStart(period: BudgetPeriod, at: number): number {
  const date = new Date(at);
  switch (period) {
    case "day":
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
    case "month":
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
    case "lifetime":
      return 0;
  }
}

/** When the period after the one that began at `startedAt` begins; null: never. */
export function periodEnd(period: BudgetPeriod, startedAt: number): number | null {
  const date = new Date(startedAt);
  switch (period) {
    case "day":
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1);
    case "month":
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
    case "lifetime":
      return null;
  }
}
