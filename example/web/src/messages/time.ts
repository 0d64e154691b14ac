import { useEffect, useState } from "react";
import { formatClock, formatTime } from "../shell/formats.js";

/** A time in the viewer's zone: with its day, unless that is today. */
export const timeOf = (at: number): string =>
  new Date(at).toDateString() === new Date().toDateString() ? formatClock(at) : formatTime(at);

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
