import { memoryError } from "../validators/errors.js";
import type { NewPeriod, PricePeriod } from "../validators/price.js";
import { canonicalJson } from "./canonicalJson.js";
import { PRICE_CLOCK_SKEW_MS } from "./ledgerLimits.js";
import { periodAt } from "./usageCost.js";

/** The periods of a model, in order, and the last version that any price of the ledger was given. */
export type PricesKnown = { periods: readonly PricePeriod[]; version: number };

/** What a write makes of them; `replaced` no longer stands among them. */
export type PricesChanged = { periods: PricePeriod[]; replaced: PricePeriod[]; version: number };

type Span = Omit<PricePeriod, "version">;

/**
 * Adds a period. The past is not priced anew: what should have begun before `now` begins now. A period without `to`
 * ends where the next begins; any other overlap throws `PRICE_OVERLAP`.
 */
export function withPeriod({ periods, version }: PricesKnown, asked: NewPeriod, now: number): PricesChanged {
  const isFromNow = (asked.from ?? now) <= now;
  const span = { ...asked, from: beginning(periods, asked.from, now) };
  checkSpan(span);
  // Set twice within a millisecond: the first never held.
  const kept = periods.filter(({ from, to }) => !(isFromNow && from === span.from && to === undefined));
  const rival = kept.find((period) => overlaps(period, span));
  if (rival !== undefined) throw overlap(span, rival);
  return changed(periods, inOrder([...kept, { ...span, version: version + 1 }]), version + 1);
}

/**
 * Makes a model's prices what a list says. What holds now ends where the list has other prices for now; what is to
 * come is replaced where the list says anything of the time to come. What is over in the list is passed over. The same
 * list changes nothing; one that contradicts itself, or what is to come, throws `PRICE_OVERLAP`.
 */
export function withList(known: PricesKnown, asked: readonly NewPeriod[], now: number): PricesChanged {
  const at = beginning(known.periods, undefined, now);
  const { current, later } = readList(asked, at);
  let { version } = known;
  const numbered = (span: Span): PricePeriod => ({ ...span, version: ++version });

  let begun = known.periods.filter(({ from }) => from <= at);
  const ahead = known.periods.filter(({ from }) => from > at);
  if (current !== undefined && !holds(begun, current)) {
    const before = begun.filter(({ from }) => from < at);
    begun = [...yielding(before, at), numbered(current)];
    const rival = later.length > 0 ? undefined : ahead.find((period) => overlaps(period, current));
    if (rival !== undefined) throw overlap(current, rival);
  }
  const [next] = later;
  if (next === undefined) return changed(known.periods, [...begun, ...ahead], version);
  const toCome = later.map((span) => ahead.find((period) => isSame(period, span)) ?? numbered(span));
  return changed(known.periods, [...yielding(begun, next.from), ...toCome], version);
}

/** Ends a model's prices, now unless `asked` lies ahead, and takes back those that begin later. */
export function withoutPrices(known: PricesKnown, asked: number | undefined, now: number): PricesChanged {
  const at = beginning(known.periods, asked, now);
  const kept = known.periods.filter(({ from }) => from < at);
  const last = kept.at(-1);
  const ended = last !== undefined && (last.to ?? Infinity) > at ? [{ ...last, to: at }] : kept.slice(-1);
  return changed(known.periods, [...kept.slice(0, -1), ...ended], known.version);
}

/** True when a write changes nothing. */
export const isUnchanged = (known: PricesKnown, { periods }: PricesChanged): boolean =>
  canonicalJson(known.periods) === canonicalJson(periods);

/** Of more periods than `limit` the first ones that are over. */
export function overflowOf(periods: readonly PricePeriod[], limit: number, now: number): PricePeriod[] {
  return periods
    .slice(0, Math.max(0, periods.length - limit))
    .filter(({ to = Infinity }, index) => Math.min(to, periods[index + 1]?.from ?? Infinity) <= now);
}

/** When a period begins. "Now" is not before one that another machine, whose clock is ahead, has just begun. */
function beginning(periods: readonly PricePeriod[], asked: number | undefined, now: number): number {
  if (asked !== undefined && asked > now) return asked;
  return Math.max(now, periods.findLast(({ from }) => from <= now + PRICE_CLOCK_SKEW_MS)?.from ?? now);
}

/** A list in order: what it says of now, and of the time after. Of two lines for one moment the last counts. */
function readList(asked: readonly NewPeriod[], at: number): { current?: Span; later: Span[] } {
  const byFrom = new Map(asked.map((period) => [period.from ?? -Infinity, period]));
  const spans = inOrder([...byFrom].map(([from, period]) => ({ ...period, from })));
  for (const [index, span] of spans.entries()) {
    checkSpan(span);
    const next = spans[index + 1];
    if (next !== undefined && overlaps(span, next)) throw overlap(span, next);
  }
  const current = spans.findLast(({ from }) => from <= at);
  const later = spans.filter(({ from }) => from > at);
  return current === undefined || (current.to ?? Infinity) <= at
    ? { later }
    : { current: { ...current, from: at }, later };
}

function holds(begun: readonly PricePeriod[], current: Span): boolean {
  const held = periodAt(begun, current.from);
  return held !== undefined && isSame({ ...held, from: current.from }, current);
}

const isSame = (one: Span, other: Span): boolean =>
  one.from === other.from && one.to === other.to && canonicalJson(one.prices) === canonicalJson(other.prices);

/** Periods that have begun, the last of them ended where another begins; without `to` it ends there by itself. */
function yielding(begun: readonly PricePeriod[], at: number): PricePeriod[] {
  return begun.map((period) => (period.to !== undefined && period.to > at ? { ...period, to: at } : period));
}

/** Whichever begins first must be over when the other begins, unless it is open: then it yields. */
function overlaps(one: Span, other: Span): boolean {
  const [first, second] = one.from < other.from ? [one, other] : [other, one];
  return first.from === second.from || (first.to !== undefined && first.to > second.from);
}

const inOrder = <Period extends { from: number }>(periods: Period[]): Period[] =>
  periods.sort((one, other) => one.from - other.from);

function changed(before: readonly PricePeriod[], periods: PricePeriod[], version: number): PricesChanged {
  const kept = new Set(periods.map((period) => period.version));
  return { periods, replaced: before.filter((period) => !kept.has(period.version)), version };
}

function checkSpan({ from, to }: Pick<Span, "from" | "to">): void {
  if (to === undefined || from < to) return;
  throw memoryError("INVALID_ARGUMENT", "A period must end after it begins, and not in the past.", {
    from: momentOf(from),
    to,
  });
}

const overlap = (one: Span, other: Span & { version?: number }) =>
  memoryError("PRICE_OVERLAP", "Two periods of a price overlap: end the one before the other begins.", {
    from: momentOf(one.from),
    to: one.to ?? null,
    otherFrom: momentOf(other.from),
    otherTo: other.to ?? null,
    otherVersion: other.version ?? null,
  });

/** A period of a list that says no beginning has none. */
const momentOf = (from: number): number | null => (from === -Infinity ? null : from);
