import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RETRY_AFTER_MAX_MS, WAIT_BACKOFF_MS, WAIT_JITTER_MS } from "../../src/shared/ledgerLimits.js";
import { capacityOf, isGivenBack, takenFor, type RateLimit } from "../../src/shared/rateWindows.js";
import { retryAfterIn } from "../../src/shared/retryAfter.js";
import { WAIT_MAX_MS } from "../../src/shared/runLimits.js";
import { waitsUntil } from "../../src/shared/waitPacing.js";

const NOW = Date.UTC(2026, 10, 26, 3, 0, 0);
const httpDate = (at: number) => new Date(at).toUTCString();

describe("what a provider says about when to ask again", () => {
  test.each([
    ["seconds", { "retry-after": "7" }, 7_000],
    ["parts of seconds", { "retry-after": "0.25" }, 250],
    ["ms, before seconds", { "retry-after-ms": "1500", "retry-after": "7" }, 1_500],
    ["seconds where the ms are none", { "retry-after-ms": "soon", "retry-after": "7" }, 7_000],
    ["any case, and spaces", { "Retry-After": " 7 " }, 7_000],
    ["a date", { "retry-after": httpDate(NOW + 30_000) }, 30_000],
    ["a date of ISO 8601", { "retry-after": new Date(NOW + 30_000).toISOString() }, 30_000],
    ["a date that has passed", { "retry-after": httpDate(NOW - 30_000) }, 0],
    [
      "a date by a clock that is an hour ahead",
      { "retry-after": httpDate(NOW + 3_630_000), date: httpDate(NOW + 3_600_000) },
      30_000,
    ],
    ["now", { "retry-after": "0" }, 0],
    ["longer than a day", { "retry-after": "99999999999" }, RETRY_AFTER_MAX_MS],
    ["a date in ten years", { "retry-after": httpDate(NOW + 10 * WAIT_MAX_MS) }, RETRY_AFTER_MAX_MS],
  ])("is %s", (_, headers, expected) => {
    expect(retryAfterIn(headers, NOW)).toBe(expected);
  });

  test.each([
    "",
    "-5",
    "NaN",
    "Infinity",
    "1e9",
    "0x10",
    "7 seconds",
    "soon",
    "7;",
    "Thu, 99 Foo 2026 00:00:00 GMT",
    undefined,
  ])("means nothing: %j", (value) => {
    expect(retryAfterIn({ "retry-after": value }, NOW)).toBeUndefined();
  });

  test("is nothing, or an integer of ms within a day, whatever it says", () => {
    const value = fc.option(
      fc.oneof(
        fc.string(),
        fc.double().map(String),
        fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(value, value, value, (after, ms, date) => {
        const told = retryAfterIn({ "retry-after": after, "retry-after-ms": ms, date }, NOW);
        expect(
          told === undefined || (Number.isInteger(told) && told >= 0 && told <= RETRY_AFTER_MAX_MS),
        ).toBe(true);
      }),
    );
  });
});

describe("until when a run waits", () => {
  const random = fc.double({ min: 0, max: 1, noNaN: true });

  test("is not before its time, not much after it, and never at once", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.nat({ max: 64 }), random, (ms, times, chance) => {
        const until = waitsUntil({ at: NOW + ms, times, now: NOW, random: chance });
        const leastMs = Math.max(ms, Math.min(WAIT_BACKOFF_MS.min * 2 ** times, WAIT_BACKOFF_MS.max));
        expect(until).toBeGreaterThanOrEqual(NOW + leastMs);
        expect(until).toBeLessThanOrEqual(NOW + leastMs + WAIT_JITTER_MS.max + 1);
      }),
    );
  });

  test.each([NaN, Infinity, -Infinity])("is soon where the time is %s", (at) => {
    expect(waitsUntil({ at, times: 0, now: NOW, random: 0 })).toBe(NOW + WAIT_BACKOFF_MS.min);
  });

  test("is a year ahead at most", () => {
    expect(waitsUntil({ at: NOW + 5 * WAIT_MAX_MS, times: 0, now: NOW, random: 1 })).toBe(NOW + WAIT_MAX_MS);
  });
});

describe("a limit", () => {
  const config = fc.record({
    kind: fc.constant("token bucket" as const),
    rate: fc.integer({ min: 1, max: 10_000 }),
    period: fc.integer({ min: 1, max: 86_400_000 }),
    capacity: fc.integer({ min: 1, max: 10_000 }),
  });

  test("that is emptied for a time lets nothing pass in it, and what comes in after it", () => {
    fc.assert(
      fc.property(
        config,
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 3_600_000 }),
        (limit, share, ms) => {
          const state = { value: share * limit.capacity, ts: NOW - 1_000 };
          const perMs = limit.rate / limit.period;
          const value = Math.min(limit.capacity, state.value + 1_000 * perMs);
          const { count, maxDebt } = takenFor(limit, state, { now: NOW, ms });
          const left = value - count;
          expect(left).toBeLessThanOrEqual(-ms * perMs + 1e-6);
          expect(count === 0 || left >= -ms * perMs - 1e-6, "and no more than that").toBe(true);
          // A second run that says the same at the same time is refused by the limiter.
          if (count > 0 && ms * perMs > 4)
            expect(-(left - count) > maxDebt || count < (ms * perMs) / 2).toBe(true);
        },
      ),
    );
  });

  test("takes back within its window, and in no other", () => {
    const rate = { rate: 5, period: 60_000 };
    const window: RateLimit = { kind: "fixed window", ...rate };
    const bucket: RateLimit = { kind: "token bucket", ...rate };
    const at = Math.floor(NOW / 60_000) * 60_000;
    expect(isGivenBack(window, at, at + 59_999)).toBe(true);
    expect(isGivenBack(window, at, at + 60_000)).toBe(false);
    expect(isGivenBack({ ...window, start: 30_000 }, at, at + 30_000)).toBe(false);
    expect(isGivenBack(bucket, at, at + 59_999)).toBe(true);
    expect(isGivenBack(bucket, at, at + 60_000)).toBe(false);
  });

  test.each([
    [{ rate: 10 }, 10],
    [{ rate: 10, capacity: 4 }, 4],
    [{ rate: 10, shards: 2 }, 5],
    [{ rate: 10, shards: 5 }, 4],
  ])("of %j has room for a call of %i", (more, expected) => {
    expect(capacityOf({ kind: "token bucket", period: 1, ...more })).toBe(expected);
  });
});
