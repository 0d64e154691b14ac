import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { questionTerms } from "../../src/shared/recallQuestion.js";
import { snippetOf } from "../../src/shared/snippet.js";

const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 120 });
const anyText = fc.string({ unit: "binary", maxLength: 400 });
const flat = (text: string) => text.replace(/\s+/g, " ").trim();

describe("a snippet", () => {
  test("is one line of the text, whole characters of it, no longer than asked", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 3, max: 60 }), (text, most) => {
        const snippet = snippetOf(text, [], most);
        expect(Array.from(snippet).length).toBeLessThanOrEqual(most);
        expect(snippet).not.toMatch(/\n/);
        const inner = snippet.replace(/^…|…$/g, "");
        expect(flat(text)).toContain(inner);
        if (Array.from(flat(text)).length <= most) expect(snippet).toBe(flat(text));
      }),
    );
  });

  test("holds the word that was looked for, wherever it stands", () => {
    fc.assert(
      fc.property(words, words, fc.integer({ min: 60, max: 160 }), (before, after, most) => {
        const text = [...before.map((word) => `${word}x`), "Lighthouses", ...after].join(" ");
        const snippet = snippetOf(text, questionTerms("lighth"), most);
        expect(snippet).toContain("Lighthouses");
      }),
    );
  });

  test("never parts a character", () => {
    const text = "🦦".repeat(500);
    for (let most = 3; most < 20; most++) expect(snippetOf(text, [], most)).toBe(`${"🦦".repeat(most - 1)}…`);
  });
});
