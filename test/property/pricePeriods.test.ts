// Periods of prices after any writes, against a twin that keeps one price for each moment.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isUnchanged,
  overflowOf,
  withList,
  withoutPrices,
  withPeriod,
  type PricesChanged,
  type PricesKnown,
} from "../../src/shared/pricePeriods.js";
import { periodAt } from "../../src/shared/usageCost.js";
import { isMemoryError } from "../../src/validators/errors.js";
import type { NewPeriod, PricePeriod } from "../../src/validators/price.js";

/** Moments lie this far apart, so that no two machines' clocks are meant. */
const TICK = 60_000;
const LAST = 24;

type Write =
  { kind: "set"; asked: NewPeriod } | { kind: "load"; list: NewPeriod[] } | { kind: "remove"; from?: number };

const moment = fc.integer({ min: 1, max: LAST }).map((tick) => tick * TICK);
const asked: fc.Arbitrary<NewPeriod> = fc.record(
  {
    prices: fc.integer({ min: 1, max: 4 }).map((input) => ({ input, output: 0 })),
    from: moment,
    to: moment,
  },
  { requiredKeys: ["prices"] },
);
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), asked }),
  fc.record({ kind: fc.constant("load" as const), list: fc.array(asked, { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant("remove" as const), from: moment }, { requiredKeys: ["kind"] }),
);
const history = fc.array(fc.record({ write, wait: fc.nat(4) }), { maxLength: 8 });

function apply(known: PricesKnown, { write }: { write: Write }, now: number): PricesChanged | undefined {
  try {
    if (write.kind === "set") return withPeriod(known, write.asked, now);
    if (write.kind === "load") return withList(known, write.list, now);
    return withoutPrices(known, write.from, now);
  } catch (error) {
    if (isMemoryError(error, "PRICE_OVERLAP") || isMemoryError(error, "INVALID_ARGUMENT")) return undefined;
    throw error;
  }
}

const priceAt = (periods: readonly PricePeriod[], at: number) => periodAt(periods, at)?.prices.input;

type Line = { from: number; to?: number; prices: { input: number } };
type Prices = (at: number) => number | undefined;

const costIn = (line: Line | undefined, at: number): number | undefined =>
  line !== undefined && at < (line.to ?? Infinity) ? line.prices.input : undefined;

/** What each moment costs after a write that went through, told from the write and what was there. */
function expected(before: readonly PricePeriod[], write: Write, now: number): Prices {
  const was: Prices = (at) => priceAt(before, at);
  if (write.kind === "remove") {
    const end = Math.max(now, write.from ?? now);
    return (at) => (at >= end ? undefined : was(at));
  }
  const after =
    write.kind === "set" ? afterSet(before, write.asked, now) : afterLoad(before, write.list, now);
  return (at) => (at < now ? was(at) : after(at));
}

/** One period: it holds from its beginning until its end, or the beginning of the next. */
function afterSet(before: readonly PricePeriod[], asked: NewPeriod, now: number): Prices {
  const line = { ...asked, from: Math.max(now, asked.from ?? now) };
  const next = before.find(({ from }) => from > line.from)?.from ?? Infinity;
  return (at) => (at < line.from || at >= next ? priceAt(before, at) : costIn(line, at));
}

/**
 * A list: of two lines for one moment the last counts, and of those that have begun the latest. What was to come stays
 * where the list says nothing of it, and what holds now where the list says nothing of now.
 */
function afterLoad(before: readonly PricePeriod[], list: NewPeriod[], now: number): Prices {
  const lines = [
    ...new Map(list.map((line) => [line.from ?? 0, { ...line, from: line.from ?? 0 }])).values(),
  ];
  lines.sort((one, other) => one.from - other.from);
  const lineAt = (at: number) => lines.findLast(({ from }) => from <= at);
  const begun = before.filter(({ from }) => from <= now);
  const toCome = before.filter(({ from }) => from > now);
  const current = lineAt(now);
  const isOver = current === undefined || (current.to ?? Infinity) <= now;
  const ahead = lines.find(({ from }) => from > now)?.from;
  const next = ahead ?? toCome[0]?.from ?? Infinity;
  return (at) => {
    if (at < next) return isOver ? priceAt(begun, at) : costIn(current, at);
    return ahead === undefined ? priceAt(before, at) : costIn(lineAt(at), at);
  };
}

describe("periods of a price", () => {
  test("lie in order, end before the next begins, and cost at each moment what the writes say", () => {
    fc.assert(
      fc.property(history, (steps) => {
        let known: PricesKnown = { periods: [], version: 0 };
        let now = TICK;
        for (const step of steps) {
          now += step.wait * TICK + 1;
          const made = apply(known, step, now);
          if (made === undefined) continue;
          const priceOf = expected(known.periods, step.write, now);
          for (let at = TICK / 2; at < (LAST + 40) * TICK; at += TICK / 2)
            expect(priceAt(made.periods, at), `at ${at} of ${now}`).toBe(priceOf(at));
          for (const [index, period] of made.periods.entries()) {
            const next = made.periods[index + 1];
            expect(period.from).toBeLessThan(Math.min(period.to ?? Infinity, next?.from ?? Infinity));
            if (next !== undefined) expect(period.to ?? next.from).toBeLessThanOrEqual(next.from);
          }
          known = made;
        }
      }),
      { numRuns: 1_500 },
    );
  });

  test("keep every version that was given: it stands, or was replaced with its prices", () => {
    fc.assert(
      fc.property(history, (steps) => {
        let known: PricesKnown = { periods: [], version: 0 };
        const given = new Map<number, number>();
        let now = TICK;
        for (const step of steps) {
          now += step.wait * TICK + 1;
          const made = apply(known, step, now);
          if (made === undefined) continue;
          const left = new Set([...known.periods, ...made.periods].map(({ version }) => version));
          for (const { version, prices } of [...made.periods, ...made.replaced]) {
            expect(given.get(version) ?? prices.input, "a version keeps its prices").toBe(prices.input);
            given.set(version, prices.input);
          }
          expect(made.replaced.every(({ version }) => left.has(version))).toBe(true);
          const stands = [...made.periods, ...made.replaced].map(({ version }) => version);
          expect(new Set(stands).size).toBe(stands.length);
          expect(known.periods.every(({ version }) => stands.includes(version))).toBe(true);
          expect(made.version).toBeGreaterThanOrEqual(known.version);
          known = made;
        }
      }),
    );
  });

  test("are not touched by a list that was loaded before", () => {
    fc.assert(
      fc.property(history, fc.array(asked, { maxLength: 4 }), fc.nat(3), (steps, list, wait) => {
        let known: PricesKnown = { periods: [], version: 0 };
        let now = TICK;
        for (const step of [...steps, { write: { kind: "load" as const, list }, wait: 1 }]) {
          now += step.wait * TICK + 1;
          known = apply(known, step, now) ?? known;
        }
        const again = apply(known, { write: { kind: "load", list } }, now);
        if (again !== undefined) expect(isUnchanged(known, again)).toBe(true);
        const open = list.every(({ to }) => to === undefined);
        const later = apply(known, { write: { kind: "load", list } }, now + wait * TICK);
        if (open && again !== undefined && later !== undefined) expect(isUnchanged(known, later)).toBe(true);
      }),
    );
  });

  test("of another machine whose clock is ahead have begun", () => {
    const ahead = withPeriod({ periods: [], version: 0 }, { prices: { input: 1, output: 1 } }, 1_003);
    const changed = withPeriod(ahead, { prices: { input: 2, output: 2 } }, 1_000);
    expect(changed).toMatchObject({ periods: [{ version: 2, from: 1_003 }], replaced: [{ version: 1 }] });
    expect(isUnchanged(ahead, withList(ahead, [{ prices: { input: 1, output: 1 } }], 1_000))).toBe(true);
  });

  test("leave a row that is too long once they are over, the first ones first", () => {
    const periods = [1, 2, 3, 4].map((version) => ({
      version,
      from: version * 10,
      prices: { input: 1, output: 1 },
    }));
    const versions = (now: number, limit: number) =>
      overflowOf(periods, limit, now).map(({ version }) => version);
    expect([versions(100, 4), versions(100, 2), versions(25, 2), versions(15, 1)]).toEqual([
      [],
      [1, 2],
      [1],
      [],
    ]);
  });
});
