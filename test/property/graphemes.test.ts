import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { graphemeEnd } from "../../src/shared/graphemes.js";

/** Pieces that join with what stands beside them, and some that never do. */
const pieces = [
  ..."aZ9 .\n\r\té̈ñ中文字かタ한글",
  "\r\n",
  "e\u0301",
  "\u0301",
  "👩",
  "\u200d",
  "👩\u200d👩\u200d👧",
  "👍🏽",
  "🏽",
  "🇩🇪",
  "🇫",
  "❤\ufe0f",
  "क्षि",
  "ที่",
  "ᄒ",
  "ᅡ",
  "ᆫ",
];
const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(""));
const textAndPlace = texts.chain((text) => fc.tuple(fc.constant(text), fc.nat(text.length)));

/** The same by the whole text. */
function naiveEnd(text: string, index: number): number {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const ends = [...segmenter.segment(text)].map((segment) => segment.index + segment.segment.length);
  return [0, ...ends].find((end) => end >= index) ?? text.length;
}

afterEach(() => vi.unstubAllGlobals());

describe("the end of what is read as one character", () => {
  test("is where the whole text, segmented, has it", () => {
    fc.assert(
      fc.property(textAndPlace, ([text, index]) => {
        expect(graphemeEnd(text, index)).toBe(naiveEnd(text, index));
      }),
      { numRuns: 2_000 },
    );
  });

  test("parts nothing either where the engine has no segmenter", () => {
    const { Collator } = Intl;
    const ends = fc.sample(textAndPlace, 2_000).map(([text, index]) => {
      vi.stubGlobal("Intl", { Collator });
      const end = graphemeEnd(text, index);
      vi.unstubAllGlobals();
      return { text, index, end };
    });
    for (const { text, index, end } of ends) {
      expect(end).toBeGreaterThanOrEqual(index);
      expect([text, naiveEnd(text, end)]).toEqual([text, end]);
    }
  });

  test("never moves back while the text grows", () => {
    fc.assert(
      fc.property(textAndPlace, texts, ([text, index], more) => {
        expect(graphemeEnd(text + more, index)).toBeGreaterThanOrEqual(graphemeEnd(text, index));
      }),
    );
  });

  test("waits for the other half of a surrogate pair", () => {
    expect(graphemeEnd(`Hi ${"👩".slice(0, 1)}`, 4)).toBe(3);
    expect(graphemeEnd("Hi 👩", 4)).toBe(5);
  });

  test("takes a bounded time on a text of marks without an end", () => {
    const marks = "\u0301".repeat(100_000);
    expect(graphemeEnd(marks, 50_000)).toBe(50_064);
  });
});
