import { memoryError } from "../../validators/errors.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

/** What a ledger counts money in that nobody told otherwise. */
export const DEFAULT_CURRENCY = "USD";

/** What the ledger counts money in. */
export async function currencyOf(ctx: Pick<QueryCtx, "db">): Promise<string> {
  return (await ctx.db.query("ledgerSettings").first())?.currency ?? DEFAULT_CURRENCY;
}

/**
 * For writes of money, before anything else is written: the ledger's currency, which the first of them fixes for good
 * (`DEFAULT_CURRENCY` unless it says one). Throws `CURRENCY_MISMATCH` where a later one says another, and
 * `INVALID_ARGUMENT` for what is no code of ISO 4217.
 */
export async function checkCurrency(ctx: MutationCtx, currency?: string): Promise<string> {
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency))
    throw memoryError("INVALID_ARGUMENT", '`currency` must be a code of three capitals, like "USD".', {
      currency: currency.slice(0, 16),
    });
  const settings = await ctx.db.query("ledgerSettings").first();
  if (settings === null) {
    const first = currency ?? DEFAULT_CURRENCY;
    await ctx.db.insert("ledgerSettings", { currency: first });
    return first;
  }
  if (currency !== undefined && currency !== settings.currency)
    throw memoryError(
      "CURRENCY_MISMATCH",
      `This ledger counts in ${settings.currency}, not in ${currency}: give amounts in ${settings.currency}.`,
      { currency: settings.currency, given: currency },
    );
  return settings.currency;
}
