/** Limits of the ledger, with their units and the failures they prevent: `limits.ts` has all others. */

// Prices and costs.
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
// Rate limits.

/** Periods of one model's prices: a row that every call of the model reads. */
export const PRICE_MAX_PERIODS = 32;
