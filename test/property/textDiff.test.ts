// The words that two texts share, against what they are made of, and against a naive twin.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffWords } from "../../example/web/src/pages/runs/rerun/textDiff.js";

const word = fc.constantFrom("a", "b", "c", "otter", "Ü", "(x)", ".");
const space = fc.constantFrom(" ", "\n", "\n\n", "  ");
const text = fc
  .array(fc.tuple(word, space), { maxLength: 12 })
  .map((pairs) => pairs.map((pair) => pair.join("")).join(""));
const anyText = fc.oneof(text, fc.string({ maxLength: 40 }));

const sideOf = (pieces: ReturnType<typeof diffWords>, kind: "removed" | "added"): string =>
  pieces.flatMap((piece) => (piece.kind === "same" || piece.kind === kind ? [piece.text] : [])).join("");

/** The most characters that two lists of words have in common, in order, tried out. */
function mostShared(first: readonly string[], second: readonly string[]): number {
  const [one, ...rest] = first;
  if (one === undefined) return 0;
  const at = second.indexOf(one);
  const without = mostShared(rest, second);
  return at < 0 ? without : Math.max(without, 1 + mostShared(rest, second.slice(at + 1)));
}

describe("the difference of two texts", () => {
  test("holds both texts whole", () => {
    fc.assert(
      fc.property(anyText, anyText, (before, after) => {
        const pieces = diffWords(before, after);
        expect(sideOf(pieces, "removed")).toBe(before);
        expect(sideOf(pieces, "added")).toBe(after);
      }),
    );
  });

  test("shares as many words as can be shared, and all of equal texts", () => {
    const words = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 7 });
    fc.assert(
      fc.property(words, words, (first, second) => {
        const pieces = diffWords(
          first.map((each) => ` ${each}`).join(""),
          second.map((each) => ` ${each}`).join(""),
        );
        const shared = pieces
          .filter(({ kind }) => kind === "same")
          .flatMap((piece) => piece.text.trim().split(/\s+/));
        expect(shared).toHaveLength(mostShared(first, second));
      }),
    );
    expect(diffWords("The same.", "The same.")).toEqual([{ kind: "same", text: "The same." }]);
    expect(diffWords("", "")).toEqual([]);
  });

  test("of very long texts is not looked for word by word", () => {
    const long = "word ".repeat(5_000);
    expect(diffWords(long, `${long}more`).map(({ kind }) => kind)).toEqual(["removed", "added"]);
  });
});
