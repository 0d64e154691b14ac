import { formatDay, formatExactTime, formatTime } from "../shell/formats.js";

/** A time (ms since the epoch) in the viewer's zone; to the second where it is pointed at. */
export function Moment({ at, isDay = false }: { at: number; isDay?: boolean }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExactTime(at)}>
      {isDay ? formatDay(at) : formatTime(at)}
    </time>
  );
}
