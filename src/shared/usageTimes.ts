import type { UsageEvery } from "../validators/usageSums.js";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** From a moment on, and before another, in ms since the epoch. */
export type Span = { from: number; to: number };

/** All moments that a `Date` can hold. */
export const ALWAYS: Span = { from: -8.64e15, to: 8.64e15 };

/** When the hour, day or month (UTC) of a moment begins. */
export function startOf(at: number, every: UsageEvery): number {
  if (every === "hour") return Math.floor(at / HOUR_MS) * HOUR_MS;
  if (every === "day") return Math.floor(at / DAY_MS) * DAY_MS;
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** When the one after it begins; `start` is a beginning itself. */
export function nextStart(start: number, every: UsageEvery): number {
  if (every === "hour") return start + HOUR_MS;
  if (every === "day") return start + DAY_MS;
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** The whole days of a span, or null, and what is left of it before and behind them. */
export function splitDays({ from, to }: Span): { days: Span | null; edges: Span[] } {
  if (from >= to) return { days: null, edges: [] };
  const first = startOf(from + DAY_MS - 1, "day");
  const last = startOf(to, "day");
  if (first >= last) return { days: null, edges: [{ from, to }] };
  const edges = [
    { from, to: first },
    { from: last, to },
  ].filter((edge) => edge.from < edge.to);
  return { days: { from: first, to: last }, edges };
}

/** The beginnings of all hours, days or months that a span touches; null where there are more than `most`. */
export function startsIn(span: Span, every: UsageEvery, most: number): number[] | null {
  const starts: number[] = [];
  for (let start = startOf(span.from, every); start < span.to; start = nextStart(start, every)) {
    if (starts.length === most) return null;
    starts.push(start);
  }
  return starts;
}
