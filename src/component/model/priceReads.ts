import { PRICE_MAX_NAMES } from "../../shared/ledgerLimits.js";
import { billedProvider, costOf, isPricedAs, periodAt } from "../../shared/usageCost.js";
import type { PricePeriod } from "../../validators/price.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

/**
 * The rows that price a provider's model, the longest name of the provider first: prices of "google.vertex" go before
 * those of "google". One range, and one row where only one name is priced.
 */
async function rowsOf(ctx: Pick<QueryCtx, "db">, provider: string, model: string): Promise<Doc<"prices">[]> {
  const rows = await ctx.db
    .query("prices")
    .withIndex("by_model", (q) =>
      q.eq("model", model).gte("provider", billedProvider(provider)).lte("provider", provider),
    )
    .order("desc")
    .take(PRICE_MAX_NAMES);
  return rows.filter((row) => isPricedAs(provider, row.provider));
}

/** The row of a model's prices: of several names of the provider the longest that has a price now. */
export async function findPrices(
  ctx: Pick<QueryCtx, "db">,
  provider: string,
  model: string,
): Promise<Doc<"prices"> | null> {
  const rows = await rowsOf(ctx, provider, model);
  return rows.find(({ periods }) => periodAt(periods, Date.now()) !== undefined) ?? rows[0] ?? null;
}

/** The prices that an event was made with, whatever was changed since. */
export async function findVersion(
  ctx: Pick<QueryCtx, "db">,
  { provider, model, version }: { provider: string; model: string; version: number },
): Promise<PricePeriod | null> {
  const rows = await rowsOf(ctx, provider, model);
  const standing = rows.flatMap(({ periods }) => periods).find((period) => period.version === version);
  if (standing !== undefined) return standing;
  const past = await ctx.db
    .query("pastPrices")
    .withIndex("by_version", (q) => q.eq("version", version))
    .unique();
  if (past === null || past.model !== model || !isPricedAs(provider, past.provider)) return null;
  const { from, to, prices } = past;
  return { version, from, ...(to === undefined ? {} : { to }), prices };
}

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
