import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFound } from "../../src/shared/extractionOutput.js";
import { factIdentity, normalFactText } from "../../src/shared/factText.js";
import { FACT_MAX_BYTES } from "../../src/shared/limits.js";

const shown = fc.record({ messages: fc.nat(5), known: fc.nat(5), maxFacts: fc.integer({ min: 1, max: 40 }) });
const nonsense = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true });
/** Facts of which each field may be right or anything. */
const item = fc.record(
  {
    text: fc.oneof(fc.string({ unit: "binary" }), nonsense),
    messages: fc.oneof(fc.array(fc.integer({ min: -2, max: 7 })), nonsense),
    supersedes: fc.oneof(fc.integer({ min: -2, max: 7 }), nonsense),
    key: fc.oneof(fc.string(), nonsense),
    importance: fc.oneof(fc.double(), nonsense),
    validFrom: fc.oneof(fc.constant("2024-02-30"), fc.constant("2024-05-01"), nonsense),
  },
  { requiredKeys: [] },
);

describe("what a model gives", () => {
  test("is read without an error, and only what can be written is kept, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.oneof(nonsense, fc.record({ facts: fc.array(fc.oneof(item, nonsense)) })),
        shown,
        (output, limits) => {
          const read = readFound(output, limits);
          if (read === null) return;
          expect(read.facts.length).toBeLessThanOrEqual(Math.min(25, limits.maxFacts));
          for (const fact of read.facts) {
            expect(normalFactText(fact.text)).not.toBe("");
            expect(Buffer.byteLength(fact.text)).toBeLessThanOrEqual(FACT_MAX_BYTES);
            expect(fact.text.isWellFormed()).toBe(true);
            expect(fact.messages.length).toBeGreaterThan(0);
            for (const id of fact.messages)
              expect(id >= 0 && id < limits.messages && Number.isInteger(id)).toBe(true);
            if (fact.supersedes !== undefined) expect(fact.supersedes < limits.known).toBe(true);
            if (fact.importance !== undefined)
              expect(fact.importance >= 0 && fact.importance <= 1).toBe(true);
            if (fact.validFrom !== undefined) expect(Number.isFinite(fact.validFrom)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("keeps every right fact, in order, and warns of each that is wrong", () => {
    const right = fc.record({ text: fc.stringMatching(/^[a-z]{3,9}$/), messages: fc.constant([0]) });
    const wrong = fc.constantFrom<object>(
      {},
      { text: "a" },
      { text: "", messages: [0] },
      { text: "a", messages: [9] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(right, wrong), { maxLength: 25 }), (facts) => {
        const read = readFound({ facts }, { messages: 1, known: 0, maxFacts: 25 });
        const kept = facts.filter((fact) => "messages" in fact && fact.messages[0] === 0 && fact.text !== "");
        expect(read?.facts).toEqual(kept);
        expect(read?.warnings).toHaveLength(facts.length - kept.length);
      }),
    );
  });
});

describe("the text that duplicates are told by", () => {
  const words = fc.array(fc.stringMatching(/^[\p{L}\p{N}]{1,8}$/u), { minLength: 1, maxLength: 6 });

  test("is the same however it is spaced, and a normal text is its own", () => {
    fc.assert(
      fc.property(
        words,
        fc.constantFrom(" ", "\n", "\t  "),
        fc.constantFrom("", ".", "!?", " …"),
        (parts, space, end) => {
          const normal = normalFactText(parts.join(" "));
          expect(normalFactText(`${space}${parts.join(space)}${end}${space}`)).toBe(normal);
          expect(normalFactText(normal)).toBe(normal);
        },
      ),
    );
  });

  test("differs where key or words differ: no key can imitate another text", () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.string(), fc.string()),
        fc.tuple(fc.string(), fc.string()),
        ([text, key], [otherText, otherKey]) => {
          const same = normalFactText(text) === normalFactText(otherText) && key === otherKey;
          expect(factIdentity(text, key) === factIdentity(otherText, otherKey)).toBe(same);
          expect(factIdentity(text, undefined)).not.toBe(factIdentity(text, key));
        },
      ),
    );
  });
});
