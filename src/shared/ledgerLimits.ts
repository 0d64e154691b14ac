/** Limits of the ledger, with their units and the failures they prevent: `limits.ts` has all others. */

// Prices and costs.
// Rollups.
// Budgets.
// Rate limits.
/** The longest that a provider's `retry-after` is believed, in ms: one that means for ever is asked again some day. */
export const RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000;
/** Tokens that a call is taken to answer with where nothing caps them: an estimate, corrected by what it used. */
export const RATE_OUTPUT_TOKENS = 1_024;
/** How long a call in an action waits for its turn in the middle of a run, in ms, where the agent names no time. */
export const RATE_ACTION_WAIT_MS = 10_000;
/** How long a durable step waits in its action, in ms: a workflow that sleeps takes longer to wake. */
export const RATE_STEP_WAIT_MS = 1_000;
/** The longest that a durable run waits for its turn, in ms: what reserves further ahead than that is a mistake. */
export const RATE_WAIT_MAX_MS = 24 * 60 * 60 * 1000;
/** How often in a row one model step may wait for a time: each wait adds to the journal of its workflow. */
export const WAITS_MAX = 64;
/** How long such a wait is at least, in ms: at first, at most, and how that grows, so that none is repeated in a hurry. */
export const WAIT_BACKOFF_MS = { min: 250, max: 5 * 60 * 1000, growth: 2 } as const;
/** How much longer it is by chance, as a share of it and in ms: many that wait for one moment must not wake at once. */
export const WAIT_JITTER_MS = { share: 0.05, min: 100, max: 10_000 } as const;

/** Periods of one model's prices: a row that every call of the model reads. */
export const PRICE_MAX_PERIODS = 32;
