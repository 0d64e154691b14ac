/** Limits of the ledger, with their units and the failures they prevent: `limits.ts` has all others. */

// Prices and costs.
// Rollups.
// Budgets.
// Rate limits.

/** Periods of one model's prices: a row that every call of the model reads. */
export const PRICE_MAX_PERIODS = 32;

// Calls.

/** Tokens of one kind that one call may have used: what a provider tells beyond that is a mistake, and is estimated. */
export const CALL_MAX_TOKENS = 100_000_000;
/** Costs that one run of a tool tells: each is a write of the step. Further ones are added to the last. */
export const TOOL_MAX_COSTS = 16;
/** Calls besides its own that one step may bring: each is a write of it. A runtime adds further ones to the last. */
export const STEP_MAX_OTHER_CALLS = 64;
