import { useEffect, useState } from "react";

const SECOND_MS = 1_000;
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400 * SECOND_MS],
  ["month", 30 * 86_400 * SECOND_MS],
  ["week", 7 * 86_400 * SECOND_MS],
  ["day", 86_400 * SECOND_MS],
  ["hour", 3_600 * SECOND_MS],
  ["minute", 60 * SECOND_MS],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const clock = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const hours = new Intl.DateTimeFormat("en", { timeStyle: "short" });

/** How long ago something was, such as "3 min. ago". */
export function timeAgo(at: number, now: number): string {
  const passed = now - at;
  const unit = UNITS.find(([, ms]) => passed >= ms);
  return unit === undefined ? "just now" : relative.format(-Math.floor(passed / unit[1]), unit[0]);
}

/** A time in the viewer's zone: with its day, unless that is today. */
export function timeOf(at: number): string {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString() ? hours.format(date) : clock.format(date);
}

/** A length of time: "340 ms", "2.1 s", "3 min". */
export function duration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < 60 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  return `${Math.round(ms / (60 * SECOND_MS))} min`;
}

/** The time of now, anew after so many ms; `null` for a clock that stands. */
export function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (everyMs === null) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
