import { totalsOfCall } from "../../shared/runTotals.js";
import { isMemoryError } from "../../validators/errors.js";
import type { RunTotals } from "../../validators/run.js";
import type { Usage } from "../../validators/usage.js";
import type { Spent } from "../../validators/spent.js";
import type { MutationCtx } from "../_generated/server.js";
import { checkCurrency } from "./currency.js";
import { recordUsage, type UsagePlace } from "./ledger.js";

/** Adds one event for a call that is recorded with something else, which must not be lost over it. Gives it as totals. */
export async function recordSpent(
  ctx: MutationCtx,
  place: UsagePlace,
  { currency, key, ...usage }: Spent,
): Promise<RunTotals> {
  const told =
    currency === undefined || usage.costMicros === undefined ? usage : await inLedger(ctx, usage, currency);
  const { costMicros } = await recordUsage(ctx, { ...place, ...(key === undefined ? {} : { key }) }, told);
  return totalsOfCall({ ...told, costMicros });
}

/**
 * The call with its cost, where that is in the ledger's currency. It was paid for in any case, so one in another is
 * kept: with an unknown cost, as it was told in `raw`, and with a line in the log.
 */
async function inLedger(ctx: MutationCtx, usage: Usage, currency: string): Promise<Usage> {
  try {
    await checkCurrency(ctx, currency);
    return usage;
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    const { provider, costMicros, raw, ...counts } = usage;
    const { code } = error.data;
    console.error(
      JSON.stringify({ event: "usage.unpriced", code, provider, currency: currency.slice(0, 16) }),
    );
    const kept = { costMicros, currency, ...(raw === undefined ? {} : { raw }) };
    return { provider, ...counts, raw: JSON.stringify(kept) };
  }
}
