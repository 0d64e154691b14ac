import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, hashText } from "../../src/shared/canonicalJson.js";

/** The same value with the keys of every object in the opposite order. */
function withKeysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withKeysReversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, withKeysReversed(item)]),
  );
}

describe("canonicalJson", () => {
  test("sorts keys at every depth, keeps arrays in order and drops undefined", () => {
    const value = { b: [3, { z: 1, a: undefined, é: null }], a: "x", $ref: true };
    expect(canonicalJson(value)).toBe('{"$ref":true,"a":"x","b":[3,{"z":1,"é":null}]}');
  });

  test("is JSON.stringify up to the order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("does not depend on the order in which keys were written", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(withKeysReversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  test("tells different values apart", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        // A trip through JSON first: -0 and 0 are one number there.
        const [first, second] = [left, right].map((value): unknown => JSON.parse(JSON.stringify(value)));
        const areEqual = JSON.stringify(sortedEntries(first)) === JSON.stringify(sortedEntries(second));
        expect(canonicalJson(first) === canonicalJson(second)).toBe(areEqual);
      }),
    );
  });

  test("writes what JSON lacks as Convex does, and lone values as JSON", () => {
    expect(canonicalJson({ n: 5n, bytes: new Uint8Array([1, 255]).buffer })).toBe(
      '{"bytes":{"$bytes":"01ff"},"n":{"$integer":"5"}}',
    );
    expect(canonicalJson(undefined)).toBe("null");
    expect(canonicalJson([undefined, NaN, () => 1])).toBe("[null,null,null]");
    expect(canonicalJson(new Date(0))).toBe('"1970-01-01T00:00:00.000Z"');
  });
});

/** A naive twin: objects as sorted lists of entries, marked so that no array looks like one. */
function sortedEntries(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedEntries);
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.keys(value).sort();
  const fields = new Map(Object.entries(value));
  return { object: keys.map((key) => [key, sortedEntries(fields.get(key))]) };
}

describe("hashText", () => {
  test("is the SHA-256 of the UTF-8 bytes in hex", async () => {
    expect(await hashText("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(await hashText("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(await hashText("é")).not.toBe(await hashText("e"));
  });
});
