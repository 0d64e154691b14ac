import { RUN_LEASE_MS } from "./limits.js";

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
/** Calls that a run draws for at once: fewer draws meet at a budget's row, more of it is held by idle runs. */
export const SLAB_DEFAULT_CALLS = 4;
/** One run does not lock a budget for all others. */
export const SLAB_MAX_CALLS = 100;
/** A run that was silent for so long holds nothing any more: its action has died, or it waits. */
export const SLAB_LEASE_MS = RUN_LEASE_MS;
/** Expired slabs that a draw looks at: each costs it a run's row. */
export const SLABS_PER_DRAW = 8;
/** As many as a draw looks at that would else be refused: what it gives back must not be lost with the refusal. */
export const SLABS_PER_REFUSAL = 256;
/** Rules of one agent: they stand on each run's row. */
export const BUDGET_MAX_RULES = 16;
/** Budgets of one subject: two units, three periods. */
export const BUDGETS_PER_SUBJECT = 6;
/** Open runs whose rows a status reads, over all its budgets: a live query stays cheap. */
export const STATUS_MAX_RUNS = 200;
/** Output tokens that a call is held to use, and may use, where its agent sets no `maxOutputTokens`. */
export const BUDGET_OUTPUT_TOKENS = 8_192;
// Rate limits.
/** How often in a row one model step may wait for a time: each wait adds to the journal of its workflow. */
export const WAITS_MAX = 64;
/** How long such a wait is at least, in ms: at first, at most, and how that grows, so that none is repeated in a hurry. */
export const WAIT_BACKOFF_MS = { min: 250, max: 5 * 60 * 1000, growth: 2 } as const;
/** How much longer it is by chance, as a share of it and in ms: many that wait for one moment must not wake at once. */
export const WAIT_JITTER_MS = { share: 0.05, min: 100, max: 10_000 } as const;

/** Periods of one model's prices: a row that every call of the model reads. */
export const PRICE_MAX_PERIODS = 16;
