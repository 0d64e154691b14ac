import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimateTokens, tokenQuarters } from "../../src/shared/tokens.js";

/** The rule as one would say it, character by character. */
function naiveEstimate(text: string): number {
  const wide = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]|[\u{10000}-\u{10ffff}]/u;
  let tokens = 0;
  for (const character of text) tokens += wide.test(character) ? 1 : 0.25;
  return Math.ceil(tokens);
}

describe("estimateTokens", () => {
  test("is four characters a token in prose, and one a character in Chinese, Japanese, Korean and emoji", () => {
    expect(estimateTokens("")).toBe(0);
    expect(estimateTokens("twelve chars")).toBe(3);
    expect(estimateTokens("記憶")).toBe(2);
    expect(estimateTokens("기억")).toBe(2);
    expect(estimateTokens("🎉🎉")).toBe(2);
    expect(estimateTokens("Привет")).toBe(2);
  });

  test("agrees with the rule counted naively on any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(estimateTokens(text)).toBe(naiveEstimate(text));
      }),
    );
  });

  test("adds up in quarters, wherever the text is cut", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), (text, place) => {
        const cut = place % (text.length + 1);
        const halves = tokenQuarters(text, 0, cut) + tokenQuarters(text, cut);
        expect(halves).toBe(tokenQuarters(text));
      }),
    );
  });
});
