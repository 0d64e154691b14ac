import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markdownPieces } from "../../example/web/src/messages/markdownPieces.js";

const prose = (text: string) => ({ kind: "prose", text });
const code = (text: string, language = "") => ({ kind: "code", language, text });

describe("pieces of Markdown", () => {
  test("are paragraphs, and code by itself, also while it is being written", () => {
    expect(markdownPieces("One.\n\nTwo.\n```ts\nconst a = 1;\n\nb();\n```\nThree.")).toEqual([
      prose("One."),
      prose("Two."),
      code("const a = 1;\n\nb();", "ts"),
      prose("Three."),
    ]);
    expect(markdownPieces("One.\n~~~\nhalf")).toEqual([prose("One."), code("half")]);
  });

  test("close a fence by one that is as long, of the same kind", () => {
    expect(markdownPieces("````\n```\ninside\n```\n````\nafter")).toEqual([
      code("```\ninside\n```"),
      prose("after"),
    ]);
    expect(markdownPieces("```\n~~~\n```")).toEqual([code("~~~")]);
  });

  test("keep a list together, with what belongs to its items", () => {
    const list = "1. One.\n\n   More of it.\n\n2. Two.";
    expect(markdownPieces(`${list}\n\nAfter.`)).toEqual([prose(list), prose("After.")]);
  });

  test("stay whole where a definition counts for all of it", () => {
    const text = "See [a].\n\nMore.\n\n[a]: https://example.com";
    expect(markdownPieces(text)).toEqual([prose(text)]);
  });

  test("that would take a parser long are shown as they are", () => {
    for (const text of [
      "_a*".repeat(4_000),
      ">".repeat(1_000),
      "- a\n".repeat(2_000).trim(),
      "|a".repeat(2_000),
    ])
      expect(markdownPieces(`Before.\n\n${text}`)).toEqual([prose("Before."), { kind: "plain", text }]);
  });

  test("lose no word, and what is whole stays as it was when more is written", () => {
    const line = fc.constantFrom("word", "", "", "```", "- item", "  indented", "~~~js", "# Title", "a b c");
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const pieces = markdownPieces(lines.join("\n"));
        const words = (text: string) => text.match(/\w+/g) ?? [];
        const kept = pieces.flatMap((piece) =>
          words(piece.kind === "code" ? piece.language + " " + piece.text : piece.text),
        );
        expect([...kept].sort()).toEqual(words(lines.join("\n")).sort());
        const longer = markdownPieces([...lines, "", "more"].join("\n"));
        expect(longer.slice(0, Math.max(0, pieces.length - 1))).toEqual(pieces.slice(0, -1));
      }),
    );
  });
});
