// What the usage page asks the ledger for, from an address that anybody may have written.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DIMENSIONS,
  EVERY,
  everyOf,
  MEASURES,
  RANGES,
  readView,
  spanOf,
  writeView,
} from "../../example/web/src/pages/usage/usageView.js";

const NOW = Date.UTC(2026, 10, 26, 17, 31);
const read = (query: string, isAdmin = true) => readView(new URLSearchParams(query), { isAdmin, now: NOW });
const iso = (at: number | undefined) => at && new Date(at).toISOString();

test("without anything it is the viewer's last 30 days, by model", () => {
  expect(read("")).toMatchObject({
    whose: "mine",
    range: "month",
    every: "day",
    by: "model",
    measure: "cost",
  });
});

test("what an address may not ask for is not asked", () => {
  expect(read("whose=tenant&by=user", false)).toMatchObject({ whose: "mine", by: "model" });
  expect(read("whose=tenant&by=user")).toMatchObject({ whose: "tenant", by: "user" });
  expect(read("by=tenant&range=__proto__&every=second&measure=NaN")).toMatchObject({
    by: "model",
    range: "month",
    every: "day",
    measure: "cost",
  });
  expect(read("range=custom&first=2026-02-31&last=yesterday")).toMatchObject({
    first: "2026-11-26",
    last: "2026-11-26",
    every: "hour",
  });
});

test.each([
  ["range=day", "2026-11-25T18:00:00.000Z", undefined, "hour"],
  ["range=week", "2026-11-20T00:00:00.000Z", undefined, "day"],
  ["range=month", "2026-10-28T00:00:00.000Z", undefined, "day"],
  ["range=year", "2025-12-01T00:00:00.000Z", undefined, "month"],
  [
    "range=custom&first=2026-11-05&last=2026-11-01",
    "2026-11-01T00:00:00.000Z",
    "2026-11-06T00:00:00.000Z",
    "day",
  ],
  [
    "range=custom&first=2020-01-01&last=2026-11-01",
    "2020-01-01T00:00:00.000Z",
    "2026-11-02T00:00:00.000Z",
    "month",
  ],
])("%s", (query, ...expected) => {
  const view = read(query);
  const span = spanOf(view, NOW);
  expect([iso(span.from), iso(span.to), view.every]).toEqual(expected);
});

test("hours are not offered for more days than one question may answer", () => {
  expect(everyOf({ from: NOW - 16 * 86_400_000 }, NOW)).toEqual(["hour", "day", "month"]);
  expect(everyOf({ from: NOW - 30 * 86_400_000 }, NOW)).toEqual(["day", "month"]);
  expect(read("range=year&every=hour").every).toBe("month");
});

test("what is written is read again", () => {
  const day = fc
    .integer({ min: 0, max: 3_000 })
    .map((days) => new Date(Date.UTC(2020, 0, 1 + days)).toISOString().slice(0, 10));
  const view = fc.record({
    whose: fc.constantFrom("mine", "tenant"),
    range: fc.constantFrom(...RANGES),
    every: fc.constantFrom(...EVERY),
    by: fc.constantFrom(...DIMENSIONS),
    measure: fc.constantFrom(...MEASURES),
    first: day,
    last: day,
  });
  fc.assert(
    fc.property(view, (asked) => {
      const once = readView(new URLSearchParams(asked), { isAdmin: true, now: NOW });
      const again = readView(writeView(once), { isAdmin: true, now: NOW });
      expect(spanOf(again, NOW)).toEqual(spanOf(once, NOW));
      expect({ ...again, first: "", last: "" }).toEqual({ ...once, first: "", last: "" });
      expect(everyOf(spanOf(once, NOW), NOW)).toContain(once.every);
    }),
  );
});
