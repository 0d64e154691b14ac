import { periodAt } from "../../shared/usageCost.js";
import type { BudgetUnit } from "../../validators/budget.js";
import type { BudgetAsk } from "../../validators/budgetRun.js";
import type { TokenPrices } from "../../validators/price.js";
import type { QueryCtx } from "../_generated/server.js";
import { findPrices } from "./priceReads.js";

type Limited = readonly { row: { unit: BudgetUnit } }[];

/** The prices of the run's model as they are now; null where they are not known, or nothing limits costs. */
export async function pricesFor(
  ctx: Pick<QueryCtx, "db">,
  { rules, provider, model }: BudgetAsk,
  limits: Limited,
): Promise<TokenPrices | null> {
  const isNeeded =
    limits.some(({ row }) => row.unit === "cost") ||
    rules.some(({ per, unit }) => per === "run" && unit === "cost");
  if (!isNeeded) return null;
  const row = await findPrices(ctx, provider, model);
  return row === null ? null : (periodAt(row.periods, Date.now())?.prices ?? null);
}
