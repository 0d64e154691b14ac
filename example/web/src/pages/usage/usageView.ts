// What is asked of the ledger: kept in the page's address, so that it can be sent to somebody and survives a reload.

export const RANGES = ["day", "week", "month", "year", "custom"] as const;
export const EVERY = ["hour", "day", "month"] as const;
export const DIMENSIONS = ["model", "provider", "purpose", "agent", "user"] as const;
export const MEASURES = ["cost", "tokens", "calls"] as const;

export type Range = (typeof RANGES)[number];
export type Every = (typeof EVERY)[number];
export type Dimension = (typeof DIMENSIONS)[number];
export type Measure = (typeof MEASURES)[number];

export type UsageView = {
  /** The viewer's own, or all of their tenant: for its admins. */
  whose: "mine" | "tenant";
  range: Range;
  every: Every;
  by: Dimension;
  measure: Measure;
  /** Of a custom range: days as `2026-11-26`, both included. Days are the ledger's: they begin at midnight UTC. */
  first: string;
  last: string;
};

/** From when on and until when, in ms since the epoch; without `to` until now. */
export type Span = { from: number; to?: number };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A question gives so many points at most: the ledger refuses more. */
const MAX_POINTS = 400;
const HOURS_SHOWN = 24;
const DAYS_OF_WEEK = 7;
const DAYS_OF_MONTH = 30;
const MONTHS_OF_YEAR = 12;
const LONGEST_MONTH_DAYS = 31;

/** What an address asks for; whatever is not understood, or not for this viewer, is as if it were not there. */
export function readView(
  params: URLSearchParams,
  { isAdmin, now }: { isAdmin: boolean; now: number },
): UsageView {
  const whose = isAdmin && params.get("whose") === "tenant" ? "tenant" : "mine";
  const range = oneOf(RANGES, params.get("range")) ?? "month";
  const today = dayOf(now);
  const days = [params.get("first"), params.get("last")].map((day) => (isDay(day) ? day : today)) as [
    string,
    string,
  ];
  const [first, last] = days.sort(); // whichever was named first
  const by = oneOf(DIMENSIONS, params.get("by")) ?? "model";
  const view: UsageView = {
    whose,
    range,
    every: "day",
    by: by === "user" && whose === "mine" ? "model" : by,
    measure: oneOf(MEASURES, params.get("measure")) ?? "cost",
    first,
    last,
  };
  const possible = everyOf(spanOf(view, now), now);
  const every = oneOf(EVERY, params.get("every"));
  return {
    ...view,
    every: every !== undefined && possible.includes(every) ? every : usualEvery(view, possible),
  };
}

/** The address of a view. */
export function writeView({ whose, range, every, by, measure, first, last }: UsageView): URLSearchParams {
  const custom: Record<string, string> = range === "custom" ? { first, last } : {};
  return new URLSearchParams({ whose, range, every, by, measure, ...custom });
}

/** The span that a view is of. It begins with an hour, a day or a month, so that it stays the same as time goes by. */
export function spanOf({ range, first, last }: UsageView, now: number): Span {
  if (range === "custom") return { from: Date.parse(first), to: Date.parse(last) + DAY_MS };
  if (range === "day") return { from: startOfHour(now) - (HOURS_SHOWN - 1) * HOUR_MS };
  if (range === "year") {
    const date = new Date(now);
    return { from: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - (MONTHS_OF_YEAR - 1)) };
  }
  return { from: startOfDay(now) - ((range === "week" ? DAYS_OF_WEEK : DAYS_OF_MONTH) - 1) * DAY_MS };
}

/** The lengths of points that a span can be shown in. */
export function everyOf({ from, to }: Span, now: number): Every[] {
  const days = ((to ?? now) - from) / DAY_MS;
  const longest: Record<Every, number> = {
    hour: (MAX_POINTS - 1) / HOURS_SHOWN,
    day: MAX_POINTS - 1,
    month: (MAX_POINTS - 1) * (LONGEST_MONTH_DAYS - 3),
  };
  return EVERY.filter((every) => days <= longest[every]);
}

function usualEvery({ range, first, last }: UsageView, possible: Every[]): Every {
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  const usual: Record<Range, Every> = {
    day: "hour",
    week: "day",
    month: "day",
    year: "month",
    custom: days <= 2 ? "hour" : days <= 3 * LONGEST_MONTH_DAYS ? "day" : "month",
  };
  return possible.includes(usual[range]) ? usual[range] : (possible.at(-1) ?? "month");
}

const startOfHour = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;
const startOfDay = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS;

/** The ledger's day of a moment: `2026-11-26`. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, "2026-11-26".length);

function isDay(text: string | null): text is string {
  if (text === null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(text);
  return !Number.isNaN(at) && dayOf(at) === text;
}

const oneOf = <Name extends string>(names: readonly Name[], text: string | null): Name | undefined =>
  names.find((name) => name === text);
