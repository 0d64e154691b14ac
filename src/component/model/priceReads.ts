import { billedProvider, costOf, periodAt } from "../../shared/usageCost.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

/** The row of a model's prices. */
export const findPrices = (
  ctx: Pick<QueryCtx, "db">,
  provider: string,
  model: string,
): Promise<Doc<"prices"> | null> =>
  ctx.db
    .query("prices")
    .withIndex("by_model", (q) => q.eq("provider", billedProvider(provider)).eq("model", model))
    .unique();

/** A cost, and the price that it was made with; nothing where the cost is not known. */
export type Cost = { costMicros?: number; priceVersion?: number };

/** What a call costs that happens now: as it says itself, or by the price that holds. */
export async function costNow(ctx: Pick<QueryCtx, "db">, usage: Usage): Promise<Cost> {
  if (usage.costMicros !== undefined) return { costMicros: usage.costMicros };
  const row = await findPrices(ctx, usage.provider, usage.model);
  const period = row === null ? undefined : periodAt(row.periods, Date.now());
  if (period === undefined) return {};
  return { costMicros: costOf(usage, period.prices), priceVersion: period.version };
}
