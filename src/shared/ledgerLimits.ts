import { RUN_LEASE_MS } from "./limits.js";

/** Limits of the ledger, with their units and the failures they prevent: `limits.ts` has all others. */

// Prices and costs.
/** Tokens of a kind in one call: no call has a billion, so more is a fault, and sums over events stay exact. */
export const USAGE_MAX_TOKENS = 1_000_000_000;
/** What a call may say that it cost, in millionths: more is a fault, and sums over events stay exact. */
export const USAGE_MAX_COST_MICROS = 100_000_000_000_000;
/** Lines of a list of prices that one call takes: each is a row read and written, in one transaction. */
export const PRICE_LOAD_MAX_PERIODS = 100;
/** Periods of one model's prices: a row that every call of the model reads. */
export const PRICE_MAX_PERIODS = 16;
/** Names of a provider, like "google" and "google.vertex", that one model may be priced under: a step reads them all. */
export const PRICE_MAX_NAMES = 8;
/** How far the clocks of two machines may lie apart: prices that were set a moment ago have begun, whoever asks. */
export const PRICE_CLOCK_SKEW_MS = 5_000;
/** Events that are looked at for models without a price: a query that reads no more than this. */
export const UNPRICED_MAX_EVENTS = 500;

// Rollups.
/** How long events gather before a fold adds them up, in ms: one function a minute, and none while nothing happens. */
export const FOLD_INTERVAL_MS = 60 * 1000;
/** The least time between two folds of a busy ledger, in ms: it folds sooner than each minute, not all the time. */
export const FOLD_LEAST_MS = 1_000;
/** Events that one fold takes: each is a read, and up to four rows that are read and written. */
export const FOLD_PAGE_EVENTS = 500;
/** How overdue a fold must be, in ms, before it is taken for lost and armed again. */
export const FOLD_LOST_MS = 10 * 60 * 1000;
/** Steps of a run between two looks whether a fold is armed: a run of many steps may take days. */
export const FOLD_LOOK_STEPS = 16;
/** Rows of sums, and events beside them, that one question reads: a query reads 16 MiB and some ten thousand rows. */
export const USAGE_MAX_ROWS = 8_000;
export const USAGE_MAX_EVENTS = 4_000;
/** Bytes that one question reads: events carry what the provider said. */
export const USAGE_MAX_BYTES = 8 * 1024 * 1024;
/** Groups of one answer, and of one point of a series: the others are counted, and their sums are in the whole. */
export const USAGE_MAX_GROUPS = 200;
export const SERIES_MAX_GROUPS = 20;
/** Points of one series: 16 days of hours, or a year of days. */
export const SERIES_MAX_POINTS = 400;
/** Events of a user that one page of an erasure changes, each with its part of two sums. */
export const USAGE_ERASE_EVENTS = 200;

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

// Calls.
/** Tokens of one kind that one call may have used: what a provider tells beyond that is a mistake, and is estimated. */
export const CALL_MAX_TOKENS = 100_000_000;
/** Costs that one run of a tool tells: each is a write of the step. Further ones are added to the last. */
export const TOOL_MAX_COSTS = 16;
/** Calls besides its own that one step may bring: each is a write of it. A runtime adds further ones to the last. */
export const STEP_MAX_OTHER_CALLS = 64;
