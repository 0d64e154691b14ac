/** Limits of the ledger, with their units and the failures they prevent: `limits.ts` has all others. */

// Prices and costs.
/** Tokens of a kind in one call: no call has a billion, so more is a fault, and sums over events stay exact. */
export const USAGE_MAX_TOKENS = 1_000_000_000;
/** What a call may say that it cost, in millionths: more is a fault, and sums over events stay exact. */
export const USAGE_MAX_COST_MICROS = 100_000_000_000_000;
/** Lines of a list of prices that one call takes: each is a row read and written, in one transaction. */
export const PRICE_LOAD_MAX_PERIODS = 100;
/** Names of a provider, like "google" and "google.vertex", that one model may be priced under: a step reads them all. */
export const PRICE_MAX_NAMES = 8;
/** How far the clocks of two machines may lie apart: prices that were set a moment ago have begun, whoever asks. */
export const PRICE_CLOCK_SKEW_MS = 5_000;
/** Events that are looked at for models without a price: a query that reads no more than this. */
export const UNPRICED_MAX_EVENTS = 500;
// Rollups.
// Budgets.
// Rate limits.

/** Periods of one model's prices: a row that every call of the model reads. */
export const PRICE_MAX_PERIODS = 16;
