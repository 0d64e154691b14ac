// How numbers, money and times are written for people: in the viewer's zone, and in the English that their browser prefers.

/** The words around them are English: so is the name of a month. */
const LOCALE = globalThis.navigator?.languages?.find((tag) => /^en(-|$)/i.test(tag)) ?? "en";

/** What the app's prices are in (convex/prices.ts), for where an answer does not say it. */
export const APP_CURRENCY = "USD";

const MICROS = 1_000_000;
const MICRO_DIGITS = 6;
const CENT_DIGITS = 2;
/** Digits that say something, of an amount below a whole. */
const DIGITS_OF_SMALL = 3;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const KIB = 1_024;

/** What stands where a number is not known: never a zero. */
export const UNKNOWN = "unknown";

/** Money from millionths, short: three digits that say something below a whole; `unknown` where nobody knows it. */
export function formatMoney(micros: number | undefined | null, currency: string = APP_CURRENCY): string {
  if (micros === undefined || micros === null) return UNKNOWN;
  const amount = micros / MICROS;
  const size = Math.abs(amount);
  const isSmall = size > 0 && size < 1;
  const zeros = isSmall ? Math.ceil(-Math.log10(size)) - 1 : 0;
  const digits = isSmall ? Math.min(zeros + DIGITS_OF_SMALL, MICRO_DIGITS) : CENT_DIGITS;
  return money(currency, {
    minimumFractionDigits: CENT_DIGITS,
    maximumFractionDigits: Math.max(digits, CENT_DIGITS),
  }).format(amount);
}

/** Money from millionths, to the last of them. */
export function formatExactMoney(micros: number | undefined | null, currency: string = APP_CURRENCY): string {
  if (micros === undefined || micros === null) return UNKNOWN;
  return money(currency, { minimumFractionDigits: CENT_DIGITS, maximumFractionDigits: MICRO_DIGITS }).format(
    micros / MICROS,
  );
}

function money(currency: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(LOCALE, { style: "currency", currency, ...options });
  } catch {
    return new Intl.NumberFormat(LOCALE, options); // a ledger may count in credits of its own
  }
}

/** A count in full: `12,345`. */
export const formatCount = (count: number): string => new Intl.NumberFormat(LOCALE).format(count);

/** A large count, short: `12.3K`. */
export const formatCompact = (count: number): string =>
  new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 }).format(count);

/** `1 token`, `12,345 tokens`. */
export const formatTokens = (count: number): string => plural(count, "token");

/** `1 call`, `2 calls`: a count with its noun. */
export const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${formatCount(count)} ${new Intl.PluralRules("en").select(count) === "one" ? noun : nouns}`;

/** A share of a whole, from 0 to 1: `42%`. */
export const formatShare = (share: number): string =>
  new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 0 }).format(share);

/** Bytes as people read them: `3.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(KIB)), units.length - 1);
  const amount = bytes / KIB ** step;
  const unit = units[step]!; // the step is one of them
  const unitDisplay = unit === "byte" ? "long" : "short";
  return new Intl.NumberFormat(LOCALE, {
    style: "unit",
    unit,
    unitDisplay,
    maximumFractionDigits: 1,
  }).format(amount);
}

/** How long something took: `120 ms`, `3.4 s`, `2 min 5 s`, `1 h 4 min`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const [large, small, names] =
    ms < HOUR_MS ? [MINUTE_MS, SECOND_MS, ["min", "s"]] : [HOUR_MS, MINUTE_MS, ["h", "min"]];
  return `${Math.floor(ms / large)} ${names[0]} ${Math.floor((ms % large) / small)} ${names[1]}`;
}

const dateTime = (at: number, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(LOCALE, options).format(at);

/** A moment: `Nov 26, 2026, 5:04 PM`. */
export const formatTime = (at: number): string => dateTime(at, { dateStyle: "medium", timeStyle: "short" });

/** A moment to the second. */
export const formatExactTime = (at: number): string =>
  dateTime(at, { dateStyle: "medium", timeStyle: "medium" });

/** The time of day alone. */
export const formatClock = (at: number): string => dateTime(at, { timeStyle: "short" });

const isToday = (at: number): boolean => new Date(at).toDateString() === new Date().toDateString();

/** A moment: with its day, unless that is today. */
export const timeOf = (at: number): string => (isToday(at) ? formatClock(at) : formatTime(at));

/** A moment within a sentence: `at 5:04 PM`, or `on Nov 26, 2026 at 5:04 PM` where that is not today. */
export const momentWords = (at: number): string =>
  isToday(at) ? `at ${formatClock(at)}` : `on ${formatDay(at)} at ${formatClock(at)}`;

/** A day: `Nov 26, 2026`. */
export const formatDay = (at: number): string => dateTime(at, { dateStyle: "medium" });

/** A moment to come, with the name of the viewer's zone: what people plan by. */
export const formatResetTime = (at: number): string =>
  dateTime(at, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  });

const STEPS = [
  ["day", DAY_MS],
  ["hour", HOUR_MS],
  ["minute", MINUTE_MS],
] as const;
/** Longer ago than this the day itself says more. */
const RELATIVE_DAYS = 7;

/** How long ago or how far ahead: `5 minutes ago`, `in 2 hours`; the day itself beyond a week. */
export function formatRelativeTime(at: number, now: number = Date.now()): string {
  const distance = at - now;
  if (Math.abs(distance) >= RELATIVE_DAYS * DAY_MS) return formatDay(at);
  for (const [unit, lengthMs] of STEPS)
    if (Math.abs(distance) >= lengthMs)
      return new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" }).format(
        Math.trunc(distance / lengthMs),
        unit,
      );
  return "just now";
}

/** A moment in the viewer's zone, with the parts that are asked for. */
export const formatMoment = (at: number, parts: Intl.DateTimeFormatOptions): string => dateTime(at, parts);

/** A day, or a month, of the ledger: it begins at midnight UTC, wherever the viewer is. */
export const formatDate = (at: number, parts: Intl.DateTimeFormatOptions): string =>
  dateTime(at, { ...parts, timeZone: "UTC" });
