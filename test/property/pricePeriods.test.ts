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

/** What each moment costs after a write that went through, told from the write and what was there. */
function expected(
  before: readonly PricePeriod[],
  write: Write,
  now: number,
): (at: number) => number | undefined {
  const was = (at: number) => priceAt(before, at);
  if (write.kind === "remove") return (at) => (at >= Math.max(now, write.from ?? now) ? undefined : was(at));
  const spans = (write.kind === "set" ? [write.asked] : write.list).map((span) => ({
    ...span,
    from: write.kind === "set" ? Math.max(now, span.from ?? now) : (span.from ?? -Infinity),
  }));
  // Of two lines of a list for one moment the last counts, and of those that have begun the latest.
  const lines = spans.filter(
    ({ from }, index) => !spans.slice(index + 1).some((other) => other.from === from),
  );
  const begins = lines.map(({ from }) => Math.max(now, from)).filter((from) => from > now);
  const told = (at: number) =>
    lines
      .filter(({ from }) => from <= at)
      .sort((one, other) => one.from - other.from)
      .at(-1);
  return (at) => {
    if (at < now) return was(at);
    const line = told(at);
    if (write.kind === "set") return setAt(before, { at, now }, line);
    // A list that tells the time to come replaces what was to come; one that does not leaves it.
    const current = told(now);
    const isOver = current === undefined || (current.to ?? Infinity) <= now;
    const first = Math.min(...begins);
    if (at >= first) return line !== undefined && at < (line.to ?? Infinity) ? line.prices.input : undefined;
    const own = isOver ? periodAt(before, now) : current;
    const next = begins.length > 0 ? undefined : before.find(({ from }) => from > now && from <= at);
    if (next !== undefined) return was(at);
    if (begins.length > 0 && isOver) {
      const begun = before.filter(({ from }) => from <= now);
      return priceAt(begun, at);
    }
    return own !== undefined && at < (own.to ?? Infinity) ? own.prices.input : undefined;
  };
}

/** After one period was set: it holds from its beginning until its end, or the beginning of the next. */
function setAt(
  before: readonly PricePeriod[],
  { at, now }: { at: number; now: number },
  line: { from: number; to?: number; prices: { input: number } } | undefined,
): number | undefined {
  const next = before.find(({ from }) => line !== undefined && from > line.from && from <= at);
  if (line === undefined || at < now || next !== undefined) return priceAt(before, at);
  return at < (line.to ?? Infinity) ? line.prices.input : undefined;
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
