import fc from "fast-check";
import { expect, test } from "vitest";
import { keepSame, keepSameItems } from "../../src/react/keepSame.js";

/** All that the parts of a value are, itself too. */
const partsOf = (value: unknown): unknown[] =>
  typeof value === "object" && value !== null ? [value, ...Object.values(value).flatMap(partsOf)] : [];

test("equals what is new, is what was there where that is equal, and leaves both as they were", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, next) => {
      const [copyOfBefore, copyOfNext] = [structuredClone(before), structuredClone(next)];
      expect(keepSame(before, next)).toEqual(copyOfNext);
      expect([before, next]).toEqual([copyOfBefore, copyOfNext]);
      expect(keepSame(before, copyOfBefore)).toBe(before);
    }),
  );
});

test("keeps each part that has not changed", () => {
  const before = { a: { deep: [1, { x: 1 }] }, b: [{ y: 1 }, { y: 2 }], gone: {} };
  const now = keepSame(before, { a: { deep: [1, { x: 1 }] }, b: [{ y: 1 }, { y: 3 }] });
  expect(now.a).toBe(before.a);
  expect(now.b[0]).toBe(before.b[0]);
  expect(now.b[1]).not.toBe(before.b[1]);
  expect(partsOf(now)).not.toContain(before.gone);
});

test("tells a field that is missing from one that holds nothing, a list from an object, and leaves bytes alone", () => {
  const bytes = new ArrayBuffer(2);
  expect(keepSame({ a: 1, b: undefined }, { a: 1, c: undefined })).toStrictEqual({ a: 1, c: undefined });
  expect(keepSame([], {})).toStrictEqual({});
  expect(keepSame({ bytes: new ArrayBuffer(2) }, { bytes }).bytes).toBe(bytes);
  expect(keepSame({ n: 1n }, { n: 1n })).toEqual({ n: 1n });
});

test("items are known by their ids, wherever they have moved", () => {
  const before = [
    { id: "a", n: { v: 1 } },
    { id: "b", n: { v: 2 } },
  ];
  const now = keepSameItems(
    before,
    [
      { id: "b", n: { v: 2 } },
      { id: "a", n: { v: 3 } },
    ],
    ({ id }) => id,
  );
  expect(now[0]).toBe(before[1]);
  expect(now[1]).toEqual({ id: "a", n: { v: 3 } });
  expect(keepSameItems(before, structuredClone(before), ({ id }) => id)).toBe(before);
});
