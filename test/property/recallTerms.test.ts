import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  SEARCH_MAX_TERMS,
  searchOf,
  TERM_MAX_BYTES,
  termOf,
  termsOf,
  TEXT_MAX_BYTES,
  TEXT_MAX_TERMS,
  wordsOf,
} from "../../src/shared/recallTerms.js";
import { COMMON_TERMS, STOP_WORDS } from "../../src/shared/recallWords.js";

const bytesOf = (text: string) => new TextEncoder().encode(text).length;
const search = (question: string) => searchOf(termsOf(question, "query"));
const split = (terms: string) => terms.split(" ").filter((term) => term !== "");

/** Words of many alphabets, with marks, pictographs and noise between them. */
const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom("the", "Zürich", "память", "記憶検索", "🎉", "generateText", "of", "x", "C++", "สวัสดี"),
    )
    .map((words) => words.join(" ")),
);

describe("the terms of a text", () => {
  test("are its content words, folded and stemmed", () => {
    expect(termsOf("When did Caroline's mother buy the pictures?")).toEqual([
      "carolin",
      "mom",
      "bui",
      "photo",
    ]);
    expect(termsOf("She bought kids’ books and went swimming")).toEqual([
      "bui",
      "child",
      "book",
      "go",
      "swim",
    ]);
  });

  test("are never none where there are words: a text of function words keeps them", () => {
    expect(termsOf("Who are you?")).toEqual(["who", "are", "you"]);
    fc.assert(
      fc.property(anyText, (text) => {
        expect(termsOf(text).length === 0).toBe(wordsOf(text).length === 0);
      }),
    );
  });

  test("unify compatibility forms, case and accents", () => {
    expect(wordsOf("Ｃｏｎｖｅｘ:\n  *Re-active* ﬁle")).toEqual(["convex", "re", "active", "file"]);
    expect(wordsOf("e\u0301te\u0301 ÉTÉ Straße Ærø Łódź İzmir")).toEqual([
      "ete",
      "ete",
      "strasse",
      "aero",
      "lodz",
      "izmir",
    ]);
    expect(wordsOf("Ёлка ёжик")).toEqual(["елка", "ежик"]);
  });

  test("leave marks that are letters of their script", () => {
    expect(wordsOf("หิว")).toEqual(["หิ", "ิว", "ว"]);
    expect(wordsOf("が", "query")).toEqual(["が"]);
    expect(wordsOf("한국어", "query")).toEqual(["한국", "국어"]);
  });

  test("make a word of a pictograph or flag, as Convex text search drops everything but letters and digits", () => {
    expect(wordsOf("🎉 and 🇳🇴!")).toEqual(["u1f389", "and", "u1f1f3u1f1f4"]);
  });

  test("are letters and digits alone, within their limits, whatever the text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const term of termsOf(text)) {
          expect(term).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
          expect(bytesOf(term)).toBeLessThanOrEqual(TERM_MAX_BYTES);
        }
      }),
    );
    expect(termsOf("fjord ".repeat(100_000))).toHaveLength(TEXT_MAX_TERMS);
    expect(bytesOf(termsOf("достопримечательностями ".repeat(100_000)).join(" "))).toBeLessThanOrEqual(
      TEXT_MAX_BYTES,
    );
    expect(termsOf("x".repeat(3_000_000))).toEqual(["x".repeat(TERM_MAX_BYTES)]);
    expect(termsOf("\u0000\u0007\u200b\ud800")).toEqual([]);
  });

  test("of a question stand in the index of the same text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const indexed = new Set(termsOf(text));
        for (const term of termsOf(text, "query")) expect(indexed).toContain(term);
      }),
    );
    expect(termsOf("東京の猫")).toContain(search("猫"));
  });
});

describe("the search of a question", () => {
  test("drops function words and puts the longest term last, where it is matched as a prefix", () => {
    expect(search("How do I stop the tool loop after five steps?")).toBe("stop tool loop five step after");
    expect(search("What does generateText return?")).toBe("return generatetext");
  });

  test("of more than 16 terms keeps the 16 longest that are not common", () => {
    const rare = Array.from({ length: 18 }, (_, index) => "q".repeat(index + 2));
    const common = [...COMMON_TERMS].slice(0, 10);
    const kept = split(searchOf([...common, ...rare]));
    expect(kept).toEqual(rare.slice(2));
    expect(split(searchOf([...common.slice(0, 5), ...rare.slice(0, 14)]))).toHaveLength(SEARCH_MAX_TERMS);
  });

  test("keeps what a naive reading keeps, the longest last, each once", () => {
    const terms = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 40 });
    fc.assert(
      fc.property(terms, (given) => {
        const kept = split(searchOf(given));
        const distinct = [...new Set(given)];
        expect(new Set(kept).size).toBe(kept.length);
        expect(kept).toHaveLength(Math.min(SEARCH_MAX_TERMS, distinct.length));
        const left = distinct.filter((term) => !kept.includes(term));
        const shortest = Math.min(
          ...kept.filter((term) => !COMMON_TERMS.has(term)).map((term) => term.length),
        );
        for (const term of left.filter((one) => !COMMON_TERMS.has(one)))
          expect(term.length).toBeLessThanOrEqual(shortest);
        for (const term of kept) expect(term.length).toBeLessThanOrEqual(kept.at(-1)?.length ?? 0);
      }),
    );
  });

  test("is empty for what has no words", () => {
    for (const question of ["", " \n ", "?!…", "\u0000\u001b"]) expect(search(question)).toBe("");
  });
});

describe("the lists of words", () => {
  test("name common words as the terms that they become, and no function word", () => {
    // "us" is also what "use" becomes.
    expect([...COMMON_TERMS].filter((term) => STOP_WORDS.has(term))).toEqual(["us"]);
    for (const word of ["people", "thought", "actually", "different", "today"])
      expect(COMMON_TERMS).toContain(termOf(word));
  });
});
