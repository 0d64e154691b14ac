/** Limits of the ledger, with their units and the failures they prevent: `limits.ts` has all others. */

// Prices and costs.
// Rollups.
// Budgets.
// Rate limits.

/** Periods of one model's prices: a row that every call of the model reads. */
export const PRICE_MAX_PERIODS = 32;
