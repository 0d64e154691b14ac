// The difference of two texts: both can be read from it, and it tells no more than there is.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffWords, type DiffPiece } from "../../example/web/src/text/diffWords.js";

const text = fc
  .array(fc.constantFrom("one", "two", "three", " ", "\n", ".", "ß", "日本", "🦦"), { maxLength: 40 })
  .map((words) => words.join(""));

const without = (pieces: DiffPiece[], kind: DiffPiece["kind"]): string =>
  pieces.flatMap((piece) => (piece.kind === kind ? [] : [piece.text])).join("");
const words = (given: string): string[] => given.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
const sameWords = (pieces: DiffPiece[]): number =>
  pieces.reduce((sum, { kind, text: same }) => sum + (kind === "same" ? words(same).length : 0), 0);

/** The most words that two texts can share in order, by trying everything. */
function mostShared(one: string[], other: string[]): number {
  const known = new Map<string, number>();
  const from = (row: number, column: number): number => {
    if (row === one.length || column === other.length) return 0;
    const key = `${row}:${column}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const shared =
      one[row] === other[column]
        ? 1 + from(row + 1, column + 1)
        : Math.max(from(row + 1, column), from(row, column + 1));
    known.set(key, shared);
    return shared;
  };
  return from(0, 0);
}

describe("diffWords", () => {
  test("holds both texts", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const pieces = diffWords(before, after);
        expect(without(pieces, "added")).toBe(before);
        expect(without(pieces, "removed")).toBe(after);
      }),
    );
  });

  test("leaves as much the same as can be, and joins what belongs together", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const pieces = diffWords(before, after);
        expect(sameWords(pieces)).toBe(mostShared(words(before), words(after)));
        for (const [index, piece] of pieces.entries()) {
          expect(piece.text).not.toBe("");
          expect(piece.kind).not.toBe(pieces[index + 1]?.kind);
        }
      }),
    );
  });

  test("tells texts that are too long as exchanged whole, in no time", () => {
    const [before, after] = [1, 2].map((seed) =>
      Array.from({ length: 3_000 }, (_, at) => `w${at * seed} `).join(""),
    );
    const pieces = diffWords(`start ${before}end`, `start ${after}end`);
    expect(pieces[0]).toMatchObject({ kind: "same" });
    expect(without(pieces, "added")).toBe(`start ${before}end`);
  });
});
