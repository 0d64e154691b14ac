const MINUTE_CHARACTERS = "2026-11-26T17:00".length;
const MS_PER_MINUTE = 60_000;

/** The time that an `<input type="datetime-local">` holds, in ms since the epoch; undefined where it is empty. */
export function timeOfInput(value: string): number | undefined {
  if (value === "") return undefined;
  const time = new Date(value).getTime(); // a time without a zone is one of the viewer's zone
  return Number.isNaN(time) ? undefined : time;
}

/** A time as that input takes it; empty for none. */
export function inputOfTime(at: number | undefined): string {
  if (at === undefined) return "";
  const offsetMs = new Date(at).getTimezoneOffset() * MS_PER_MINUTE;
  return new Date(at - offsetMs).toISOString().slice(0, MINUTE_CHARACTERS);
}
