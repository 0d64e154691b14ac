import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RECALL_TEXT_MAX_BYTES } from "../../src/shared/limits.js";
import { SEARCH_MAX_TERMS, searchTerms, searchText, TERM_MAX_BYTES } from "../../src/shared/searchText.js";

const bytesOf = (text: string) => new TextEncoder().encode(text).length;
const termsOf = (text: string) => text.split(" ").filter((term) => term !== "");
const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc
    .array(fc.constantFrom("the", "Zürich", "память", "記憶検索", "🎉", "generateText", "of", "x", "C++"))
    .map((w) => w.join(" ")),
);

describe("searchTerms", () => {
  test("drops stop words and puts the longest term last, where it is matched as a prefix", () => {
    expect(searchTerms("How do I stop the tool loop after five steps?")).toBe("stop tool loop five steps");
    expect(searchTerms("What does generateText return?")).toBe("return generatetext");
  });

  test("keeps the words of a question that has only stop words, and even bare punctuation", () => {
    expect(searchTerms("who are you?")).toBe("are you who");
    expect(searchTerms("  ??  ")).toBe("??");
    expect(searchTerms(" \n ")).toBe("");
  });

  test("keeps accents, Cyrillic, Chinese, Japanese and emoji searchable", () => {
    expect(searchTerms("Où est Zürich")).toContain("zürich");
    expect(searchTerms("Как работает память")).toBe("как память работает");
    expect(searchTerms("記憶検索")).toBe("憶検 検索 記憶");
    expect(searchTerms("🎉")).toBe("🎉");
  });

  test("is at most 16 distinct terms of at most 32 bytes, and empty only for a blank query", () => {
    fc.assert(
      fc.property(anyText, (query) => {
        const terms = termsOf(searchTerms(query));
        expect(terms.length).toBeLessThanOrEqual(SEARCH_MAX_TERMS);
        expect(new Set(terms).size).toBe(terms.length);
        for (const term of terms) expect(bytesOf(term)).toBeLessThanOrEqual(TERM_MAX_BYTES);
        expect(terms.length === 0).toBe(query.trim() === "");
      }),
    );
  });

  test("asks only for terms that the index text of the same words holds", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const indexed = new Set(termsOf(searchText(text)));
        fc.pre(indexed.size > 0 && indexed.size < 100);
        for (const term of termsOf(searchTerms(text))) expect(indexed).toContain(term);
      }),
    );
  });

  test("finds the last character of a run without spaces", () => {
    expect(termsOf(searchText("東京の猫"))).toContain(searchTerms("猫"));
  });
});

describe("searchText", () => {
  test("unifies compatibility forms, case and spaces, and leaves punctuation out", () => {
    expect(searchText("Ｃｏｎｖｅｘ:\n  the  *Re-active* ﬁle")).toBe("convex the re active file");
    expect(searchText("e\u0301te\u0301")).toBe("été");
  });

  test("does not change when applied twice to words with spaces", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("Ünïcode", "ПАМЯТЬ", "Straße", "a_b", "🎉🎉", "x2")), (words) => {
        const once = searchText(words.join("\t"));
        expect(searchText(once)).toBe(once);
      }),
    );
  });

  test("stays within its limits of terms and bytes on a long text, and cuts long words as a query does", () => {
    const long = "достопримечательностями ".repeat(100_000);
    expect(termsOf(searchText(long))).toHaveLength(Math.floor(RECALL_TEXT_MAX_BYTES / (TERM_MAX_BYTES + 1)));
    expect(termsOf(searchText(long, 7))).toHaveLength(7);
    expect(termsOf(searchText(long))).toContain(searchTerms("достопримечательностями"));
    expect(bytesOf(searchText("x".repeat(3_000_000)))).toBe(TERM_MAX_BYTES);
  });
});
