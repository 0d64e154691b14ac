/** Limits of the ledger, with their units and the failures they prevent: `limits.ts` has all others. */

// Prices and costs.
// Rollups.
// Budgets.
// Rate limits.
/** How often in a row one model step may wait for a time: each wait adds to the journal of its workflow. */
export const WAITS_MAX = 64;
/** How long such a wait is at least, in ms: at first, at most, and how that grows, so that none is repeated in a hurry. */
export const WAIT_BACKOFF_MS = { min: 250, max: 5 * 60 * 1000, growth: 2 } as const;
/** How much longer it is by chance, as a share of it and in ms: many that wait for one moment must not wake at once. */
export const WAIT_JITTER_MS = { share: 0.05, min: 100, max: 10_000 } as const;

/** Periods of one model's prices: a row that every call of the model reads. */
export const PRICE_MAX_PERIODS = 32;
