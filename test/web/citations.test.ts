import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  citedIn,
  linkCitations,
  numberCitations,
  readCitation,
  shortName,
} from "../../example/web/src/messages/citations.js";

describe("citations", () => {
  test("name documents, facts, blocks and messages; other brackets name nothing", () => {
    expect(readCitation("otters.md › Otters › Food")).toEqual({
      kind: "document",
      key: "otters.md",
      heading: "Otters › Food",
    });
    expect(readCitation("fact")).toEqual({ kind: "fact", key: "" });
    expect(readCitation("fact home.city")).toEqual({ kind: "fact", key: "home.city" });
    expect(readCitation("block profile")).toEqual({ kind: "block", label: "profile" });
    expect(readCitation("message 3.1")).toEqual({ kind: "message", place: "3.1" });
    for (const other of ["x", "", "message in a bottle", "block", "factory", "otters.md"])
      expect(readCitation(other)).toBeNull();
    expect(readCitation("otters.md", new Set(["otters.md"]))).toEqual({
      kind: "document",
      key: "otters.md",
      heading: "",
    });
  });

  test("are numbered once each, in their order, and not in code, links or definitions", () => {
    const text =
      "One [a.md › A]. Two [fact]. Again [a.md › A]. `[b.md › B]` [c.md › C](http://c) [d.md › D]: no";
    const numbers = numberCitations([text]);
    expect([...numbers.values()].map(({ number, text: name }) => [number, name])).toEqual([
      [1, "a.md › A"],
      [2, "fact"],
    ]);
    expect(linkCitations(text, numbers)).toBe(
      "One [1](citation:1). Two [2](citation:2). Again [1](citation:1). `[b.md › B]` [c.md › C](http://c) [d.md › D]: no",
    );
  });

  test("may hold headings with code and brackets of their own", () => {
    const numbers = numberCitations(["It streams [ai.md › `streamText` [beta]]."]);
    expect([...numbers.keys()]).toEqual(["ai.md › `streamText` [beta]"]);
  });

  test("are read from their own links alone", () => {
    expect(citedIn("citation:12")).toBe(12);
    for (const href of ["http://example.com", "javascript:alert(1)", "citation:x", "citation:1.5"])
      expect(citedIn(href)).toBeNull();
  });

  test("leave everything else of a text as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."[]()`:› a1\n"), maxLength: 60 }), (text) => {
        const numbers = numberCitations([text]);
        const linked = linkCitations(text, numbers);
        if (numbers.size === 0) expect(linked).toBe(text);
        const names = [...numbers.keys()];
        const back = linked.replace(
          /\[(\d+)\]\(citation:\1\)/g,
          (_link, number: string) => `[${names[Number(number) - 1]}]`,
        );
        expect(back).toBe(text);
      }),
    );
  });

  test("are looked for in no time in texts that are made to take long", () => {
    for (const text of [
      "`".repeat(100_000),
      "[`".repeat(50_000),
      "[a [b] ".repeat(14_000),
      "[".repeat(100_000),
    ]) {
      const startedAt = performance.now();
      expect(numberCitations([text]).size).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(2_000); // of the order of minutes where it is quadratic
    }
  });

  test("have a short name for people", () => {
    expect(shortName({ kind: "document", key: "guides/otters.md", heading: "Otters › Food" })).toBe(
      "otters · Food",
    );
    expect(shortName({ kind: "document", key: "otters.md", heading: "" })).toBe("otters");
  });
});
