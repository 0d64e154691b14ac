/** Limits of the ledger, with their units and the failures they prevent: `limits.ts` has all others. */

// Prices and costs.
// Rollups.
// Budgets.
/** Rules of one agent, with those of its memory: a run looks at a row for each. */
export const BUDGET_MAX_RULES = 16;
/** Calls that a slab may be drawn for: a run that draws all at once keeps others from what it may never use. */
export const BUDGET_MAX_SLAB_CALLS = 64;
/** Output tokens that a call is held to use, and may use, where its agent sets no `maxOutputTokens`. */
export const BUDGET_OUTPUT_TOKENS = 8_192;
// Rate limits.

/** Periods of one model's prices: a row that every call of the model reads. */
export const PRICE_MAX_PERIODS = 32;
