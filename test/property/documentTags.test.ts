import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkTags, hasTags, tagsOf, tagsOfFilter } from "../../src/shared/documentTags.js";

const key = fc.constantFrom("kind", "version", "", "$a", "ä", "a.b");
const plain = fc.oneof(
  fc.constantFrom("guide", "1", "true", "", 'a"]'),
  fc.integer({ min: -2, max: 2 }),
  fc.boolean(),
);
const nested = fc.constantFrom<unknown>(null, [1], { kind: "guide" });
const metadata = fc.dictionary(key, fc.oneof({ weight: 4, arbitrary: plain }, nested), { maxKeys: 6 });
const filter = fc.dictionary(key, plain, { maxKeys: 3 });
/** Metadata, and a filter of any kind or one that is made of it. */
const compared = metadata.chain((fields) => {
  const own = Object.entries(fields).filter(([, value]) => typeof value !== "object");
  const made = fc
    .subarray(own, { maxLength: Math.min(3, own.length) })
    .map((some) => Object.fromEntries(some));
  return fc.tuple(fc.constant(fields), fc.oneof(filter, made));
});

describe("tags of metadata", () => {
  test("hold what a naive comparison of the values holds", () => {
    let held = 0;
    fc.assert(
      fc.property(compared, ([fields, asked]) => {
        const naive = Object.entries(asked).every(
          ([name, value]) => Object.hasOwn(fields, name) && fields[name] === value,
        );
        const text = JSON.stringify(fields);
        expect(hasTags(text, tagsOfFilter(JSON.stringify(asked)))).toBe(naive);
        if (naive && Object.keys(asked).length > 0) held += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(held).toBeGreaterThan(100);
  });

  test("do not depend on the order of keys, and are there once", () => {
    fc.assert(
      fc.property(metadata, (fields) => {
        const turned = Object.fromEntries(Object.entries(fields).reverse());
        expect(tagsOf(JSON.stringify(turned))).toEqual(tagsOf(JSON.stringify(fields)));
      }),
    );
  });

  test("are none for what is no object, and never fail on JSON", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const tags = tagsOf(text);
        expect(new Set(tags).size).toBe(tags.length);
        expect(tags.every((tag) => !/\p{Surrogate}/u.test(tag))).toBe(true);
      }),
    );
    for (const text of ["[1]", '"kind"', "1", "null", "true"]) expect(tagsOf(text)).toEqual([]);
    expect(tagsOf(undefined)).toEqual([]);
    expect(() => checkTags(undefined)).not.toThrow();
  });
});
