/** The gap between two arrivals that is expected before any was seen. */
const FIRST_GAP_MS = 150;
/** Arrivals that come closer are one: a burst must not make the pace jump. */
const SHORTEST_GAP_MS = 30;
/** Longer than this is a pause, as for a tool, and says nothing about the pace. */
const LONGEST_GAP_MS = 1_500;
/** How much the last gap counts among those before. */
const GAP_WEIGHT = 0.25;
/** What is there is spread over a little more than a gap, so that a late arrival finds something left to show. */
const SPREAD = 1.25;
/** Characters a millisecond, however little is left. */
const SLOWEST_PACE = 0.02;

/** How far a text is shown that is still being written: `shown` of its `length` characters, and on at `pace`. */
export type Reveal = {
  readonly length: number;
  /** Grows evenly, so it may lie within a character. */
  readonly shown: number;
  /** Characters a millisecond. */
  readonly pace: number;
  /** What lies between two arrivals, on average. */
  readonly gapMs: number;
  readonly arrivedAt: number;
  /** When `shown` was so. */
  readonly at: number;
};

/** A text that is shown as far as it is there. */
export const wholeReveal = (length: number, now: number): Reveal => ({
  ...{ length, shown: length, pace: 0, gapMs: FIRST_GAP_MS },
  ...{ arrivedAt: now, at: now },
});

/** The same at a later time: further on, never further than the text goes, and never back where a clock does. */
export function revealAt(reveal: Reveal, now: number): Reveal {
  const elapsedMs = Math.max(0, now - reveal.at);
  return { ...reveal, shown: Math.min(reveal.length, reveal.shown + elapsedMs * reveal.pace), at: now };
}

/**
 * The text is `length` characters long by now. What is not shown yet is spread over the time until more is expected, so
 * the pace follows what arrives, and is the faster the more is left.
 */
export function revealMore(before: Reveal, length: number, now: number): Reveal {
  const reveal = revealAt(before, now);
  if (length <= reveal.length) return { ...reveal, length, shown: Math.min(reveal.shown, length) };
  const gapMs = averageGap(reveal, now);
  const pace = Math.max(SLOWEST_PACE, (length - reveal.shown) / (gapMs * SPREAD));
  return { ...reveal, length, pace, gapMs, arrivedAt: now };
}

function averageGap({ gapMs, arrivedAt }: Reveal, now: number): number {
  const lastGapMs = Math.max(SHORTEST_GAP_MS, now - arrivedAt);
  return lastGapMs > LONGEST_GAP_MS ? gapMs : gapMs + (lastGapMs - gapMs) * GAP_WEIGHT;
}

/** True while there is more than is shown. */
export const isBehind = ({ shown, length }: Reveal): boolean => shown < length;
