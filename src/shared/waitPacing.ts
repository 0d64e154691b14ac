import { WAIT_BACKOFF_MS, WAIT_JITTER_MS } from "./ledgerLimits.js";
import { WAIT_MAX_MS } from "./runLimits.js";

type Pacing = {
  /** When it may go on, as far as is known, in ms since the epoch. */
  at: number;
  /** How often it has waited before. */
  times: number;
  now: number;
  /** From 0 to 1. */
  random: number;
};

/**
 * Until when a run waits, in ms since the epoch: not before `at`, which may lie in the past or be no time at all; longer
 * where it has waited often, so that it does not wake in vain for ever; and a little later each, so that many that wait
 * for one moment do not wake at once.
 */
export function waitsUntil({ at, times, now, random }: Pacing): number {
  const backoffMs = Math.min(WAIT_BACKOFF_MS.min * WAIT_BACKOFF_MS.growth ** times, WAIT_BACKOFF_MS.max);
  const askedMs = Number.isFinite(at) ? Math.max(0, at - now) : 0;
  const waitMs = Math.max(askedMs, backoffMs);
  const jitterMs =
    random * Math.min(WAIT_JITTER_MS.max, Math.max(WAIT_JITTER_MS.min, waitMs * WAIT_JITTER_MS.share));
  return Math.ceil(now + Math.min(waitMs + jitterMs, WAIT_MAX_MS));
}
