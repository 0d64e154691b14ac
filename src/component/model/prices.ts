import { paginator } from "convex-helpers/server/pagination";
import { UNPRICED_MAX_EVENTS } from "../../shared/ledgerLimits.js";
import type { PageRequest } from "../../validators/page.js";
import type { Caller } from "../../validators/principal.js";
import type { ModelPrices, PricePeriod, UnpricedModel } from "../../validators/price.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { currencyOf } from "./currency.js";
import { checkSystem } from "./embeddingSlots.js";
import { pageOf } from "./paging.js";
import { findVersion } from "./priceReads.js";

export { load, remove, set } from "./priceWrite.js";

/** What models cost, by provider and model: prices are no secret inside an app. */
export async function list(
  ctx: QueryCtx,
  { provider, ...request }: { provider?: string } & PageRequest,
): Promise<{ page: ModelPrices[]; cursor: string | null; currency: string }> {
  const rows = paginator(ctx.db, schema)
    .query("prices")
    .withIndex("by_provider", (q) => (provider === undefined ? q : q.eq("provider", provider)));
  const { page, cursor } = await pageOf(rows, request);
  return {
    page: page.map(({ provider, model, periods }) => ({ provider, model, periods })),
    cursor,
    currency: await currencyOf(ctx),
  };
}

/** The prices that an event was made with. */
export const find = (
  ctx: QueryCtx,
  args: { provider: string; model: string; version: number },
): Promise<PricePeriod | null> => findVersion(ctx, args);

/** Models without a price among the latest calls, that of the latest call first. */
export async function listUnpriced(ctx: QueryCtx, { caller }: { caller: Caller }): Promise<UnpricedModel[]> {
  checkSystem(caller);
  const events = await ctx.db.query("usageEvents").order("desc").take(UNPRICED_MAX_EVENTS);
  const found = new Map<string, UnpricedModel>();
  for (const { provider, model, costMicros, _creationTime } of events) {
    if (costMicros !== undefined) continue;
    const key = JSON.stringify([provider, model]);
    const known = found.get(key) ?? { provider, model, calls: 0, lastAt: _creationTime };
    found.set(key, { ...known, calls: known.calls + 1 });
  }
  return [...found.values()];
}
