import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countsOf, addCounts, NO_COUNTS, shownSums, withoutCounts } from "../../src/shared/usageSums.js";
import { namedIn, subjectsOf, tenantSubject, userSubject } from "../../src/shared/usageSubjects.js";
import { nextStart, splitDays, startOf, startsIn } from "../../src/shared/usageTimes.js";
import { tenantScope, userScope } from "../../src/shared/scope.js";
import { delayAfter } from "../../src/component/model/usageFold.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const moments = fc.integer({ min: Date.UTC(2019, 11, 25), max: Date.UTC(2020, 2, 5) });
const spans = fc.tuple(moments, moments).map(([from, to]) => ({ from, to }));
const isIn = (at: number, { from, to }: { from: number; to: number }) => at >= from && at < to;

describe("spans", () => {
  test("are split into whole days and what is beside them, each moment once", () => {
    fc.assert(
      fc.property(spans, fc.array(moments), (span, some) => {
        const { days, edges } = splitDays(span);
        const parts = [...edges, ...(days === null ? [] : [days])];
        for (const at of [...some, span.from, span.to, span.from - 1, span.to - 1])
          expect(parts.filter((part) => isIn(at, part))).toHaveLength(isIn(at, span) ? 1 : 0);
        if (days !== null) expect([days.from % DAY_MS, days.to % DAY_MS]).toEqual([0, 0]);
        for (const { from, to } of edges) expect(to - from).toBeLessThan(2 * DAY_MS);
      }),
    );
  });

  test.each(["hour", "day", "month"] as const)("have every %s that they touch", (every) => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 0, max: 400 }), moments, (from, hours, at) => {
        const span = { from, to: from + hours * 3_600_000 };
        const starts = startsIn(span, every, 1_000) ?? [];
        expect(starts.includes(startOf(at, every)) || !isIn(at, span)).toBe(true);
        for (const start of starts) {
          expect(startOf(start, every)).toBe(start);
          expect(start < span.to && nextStart(start, every) > span.from).toBe(true);
          const date = new Date(start).toISOString();
          expect(date).toMatch(
            { hour: /:00:00.000Z$/, day: /T00:00:00.000Z$/, month: /-01T00:00:00.000Z$/ }[every],
          );
        }
      }),
    );
    expect(startsIn({ from: 0, to: 500 * DAY_MS }, "day", 400)).toBeNull();
  });
});

const calls = fc.record({
  inputTokens: fc.nat(),
  outputTokens: fc.nat(),
  cachedInputTokens: fc.option(fc.nat(), { nil: undefined }),
  costMicros: fc.option(fc.nat(), { nil: undefined }),
  isFailed: fc.option(fc.boolean(), { nil: undefined }),
  isEstimated: fc.option(fc.boolean(), { nil: undefined }),
  ms: fc.nat(),
});

describe("counts", () => {
  test("add up in any order, and what was added can be taken out again", () => {
    fc.assert(
      fc.property(fc.array(calls), fc.array(calls), (some, others) => {
        const sumOf = (list: typeof some) => list.map(countsOf).reduce(addCounts, NO_COUNTS);
        const all = sumOf([...some, ...others]);
        expect(sumOf([...others, ...some])).toEqual(all);
        expect(withoutCounts(all, sumOf(others))).toEqual(sumOf(some));
      }),
    );
  });

  test("tell no cost that nobody knows, and are not spoiled by what is no count", () => {
    const unknown = countsOf({ inputTokens: 3, outputTokens: 1, ms: 1 });
    expect(shownSums(unknown)).not.toHaveProperty("costMicros");
    expect(shownSums(NO_COUNTS)).toMatchObject({ calls: 0, costMicros: 0 });
    const priced = countsOf({ inputTokens: NaN, outputTokens: -4, ms: Infinity, costMicros: 7 });
    expect(shownSums(addCounts(unknown, priced))).toMatchObject({
      ...{ calls: 2, inputTokens: 3, outputTokens: 1, ms: 1, costMicros: 7, unpricedCalls: 1 },
    });
  });
});

describe("subjects", () => {
  const names = fc.string({ unit: "grapheme", minLength: 1 });
  test("are the scopes, lead back to the names, and no two are alike", () => {
    fc.assert(
      fc.property(fc.option(names, { nil: undefined }), names, (tenantId, userId) => {
        expect(tenantSubject(tenantId)).toBe(tenantScope({ tenantId }));
        expect(userSubject({ tenantId, userId })).toBe(userScope({ tenantId, userId }));
        const tenant = tenantId === undefined ? {} : { tenantId };
        expect(namedIn(userSubject({ tenantId, userId }))).toEqual({ ...tenant, userId });
        expect(namedIn(tenantSubject(tenantId))).toEqual(tenant);
      }),
    );
  });

  test("are there for whatever a row says: a fold that throws would throw for ever", () => {
    for (const bad of ["", "\ud800", "a|u:b"])
      expect(new Set(subjectsOf({ tenantId: bad, userId: bad }).map(({ subject }) => subject)).size).toBe(3);
  });
});

test("a fold comes each minute, and sooner where more than a page would wait; no clock makes it come never or always", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ noNaN: true }), (events, passedMs) => {
      const delayMs = delayAfter(events, passedMs);
      expect(delayMs >= 1_000 && delayMs <= 60_000).toBe(true);
    }),
  );
  expect(delayAfter(3, 60_000)).toBe(60_000);
  expect(delayAfter(400, 10_000)).toBe(10_000);
  expect(delayAfter(500, -5)).toBe(1_000);
});
