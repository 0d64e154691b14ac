/** Limits of runs, with their units and the failures they prevent: `limits.ts` has all others. */

const KIB = 1024;
const MIB = 1024 * KIB;

// Nested runs.
/** How deep agents may ask each other below a run that nobody asked: ends agents that ask each other in a circle. */
export const NESTING_MAX_DEPTH = 5;
/** Nested runs of one step that are counted and ended with it: many times what its tools ask for. */
export const NESTED_RUNS_PER_STEP = 256;
/** Rows that a mutation may have written when it leaves the nested runs that are still to be ended to a sweep. */
export const NESTED_END_MAX_WRITES = 400;
/** Bytes of an agent's answer that enter the run that asked: written in the mutation that ends the asked one. */
export const NESTED_ANSWER_MAX_BYTES = 256 * KIB;
// Runs that wait.
/** Runs of a thread that wait for their turn: the end of a run may have to pass over all of them in its transaction. */
export const QUEUE_MAX_RUNS = 32;
/** Runs of a thread that wait for their time: each has a timer. */
export const SCHEDULED_MAX_RUNS = 32;
/** How far ahead a run may be scheduled, in ms: a time in seconds or microseconds is told at once. */
export const START_AT_MAX_MS = 366 * 24 * 60 * 60 * 1000;
/** How long a timer of a scheduled run is at most, in ms: timers of many runtimes hold 24 days, then fire at once. */
export const SCHEDULE_MAX_SLEEP_MS = 7 * 24 * 60 * 60 * 1000;
/** How long an action that waits for its turn may be silent, in ms: a dead one must not keep those behind it. */
export const QUEUE_LEASE_MS = 60 * 1000;
/** How often such an action says that it is there, in ms: several times in a lease. */
export const QUEUE_BEAT_MS = 15 * 1000;
/** How long such an action waits between two looks, in ms: at first, at most, and how that grows. */
export const QUEUE_POLL_MS = { min: 100, max: 2_000, growth: 1.5 } as const;
/** How long such an action waits in all, in ms: half of what an action can live is left for the answer. */
export const QUEUE_WAIT_MAX_MS = 5 * 60 * 1000;
/** Steering messages that a run has not read yet: its next call of the model reads all of them. */
export const STEERING_MAX_UNREAD = 16;
/** Steering messages of one run: each lets it take steps anew, and a run that is steered forever never makes room. */
export const STEERING_MAX_MESSAGES = 64;
/** How long a call of a model or a tool may run before it is asked whether its run goes on, in ms, and how often then. */
export const CANCEL_POLL_MS = 2_000;
/** How long ago a run may have been seen alive, in ms, for its next call of the model to be paid for unasked. */
export const CANCEL_UNASKED_MS = 500;
/** How long an approval is waited for when the tool names no time, and a result that comes from outside, in ms. */
export const APPROVAL_TIMEOUT_MS = 7 * 24 * 60 * 60 * 1000;
export const ANSWER_TIMEOUT_MS = 7 * 24 * 60 * 60 * 1000;
/** The longest time that a tool may name for either, in ms: a run that nobody answers must end some day. */
export const WAIT_MAX_MS = 366 * 24 * 60 * 60 * 1000;
/** How long the timer of a waiting step sleeps at most, in ms: timers of many runtimes hold 24 days, then fire at once. */
export const WAIT_MAX_SLEEP_MS = 7 * 24 * 60 * 60 * 1000;
/** How overdue the timer of a run that waits for a time must be, in ms, before it is taken for lost: then who comes next wakes the run. */
export const WAIT_LOST_MS = 10 * 60 * 1000;
/** Bytes of an input that an approval gives in place of the model's, and of the model's own that is kept beside it. */
export const EDITED_INPUT_MAX_BYTES = 64 * KIB;
/** Lines that one function execution logs: Convex keeps 256 of them, and they are the app's. */
export const LOG_LINES_PER_FUNCTION = 20;
/** Bytes of a file that an action stores by a call: its arguments may have 16 MiB. */
export const FILE_STORE_MAX_BYTES = 12 * MIB;
