/** A stretch of two texts: in both, only in the later, or only in the earlier. */
export type DiffPiece = { kind: "same" | "added" | "removed"; text: string };

/** Beyond this many comparisons the middle is told as exchanged whole: nobody reads such a difference by words. */
const MAX_COMPARISONS = 4_000_000;

/** The difference of two texts by words, with the fewest words added and removed. */
export function diffWords(before: string, after: string): DiffPiece[] {
  const [one, other] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start++;
  let end = 0;
  const room = Math.min(one.length, other.length) - start;
  while (end < room && one.at(-1 - end) === other.at(-1 - end)) end++;
  return joined([
    ...one.slice(0, start).map((text): DiffPiece => ({ kind: "same", text })),
    ...middle(one.slice(start, one.length - end), other.slice(start, other.length - end)),
    ...one.slice(one.length - end).map((text): DiffPiece => ({ kind: "same", text })),
  ]);
}

/** Words and what stands between them: together the text again. */
const wordsOf = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

function middle(one: string[], other: string[]): DiffPiece[] {
  const removed = one.map((text): DiffPiece => ({ kind: "removed", text }));
  const added = other.map((text): DiffPiece => ({ kind: "added", text }));
  if (one.length * other.length > MAX_COMPARISONS) return [...removed, ...added];
  const common = commonLengths(one, other);
  const at = (row: number, column: number): number => common[row]?.[column] ?? 0;
  const pieces: DiffPiece[] = [];
  let [row, column] = [0, 0];
  while (row < one.length && column < other.length) {
    if (one[row] === other[column]) {
      pieces.push({ kind: "same", text: one[row] ?? "" });
      row++;
      column++;
    } else if (at(row + 1, column) >= at(row, column + 1)) pieces.push(...removed.slice(row, ++row));
    else pieces.push(...added.slice(column, ++column));
  }
  return [...pieces, ...removed.slice(row), ...added.slice(column)];
}

/** How many words two texts have in common, in order, from each pair of places on. */
function commonLengths(one: string[], other: string[]): Uint16Array[] {
  const rows = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let row = one.length - 1; row >= 0; row--)
    for (let column = other.length - 1; column >= 0; column--) {
      const here = rows[row]!; // each row was made above
      const below = rows[row + 1]!;
      here[column] =
        one[row] === other[column] ? below[column + 1]! + 1 : Math.max(below[column]!, here[column + 1]!);
    }
  return rows;
}

function joined(pieces: DiffPiece[]): DiffPiece[] {
  const all: DiffPiece[] = [];
  for (const { kind, text } of pieces) {
    const last = all.at(-1);
    if (last?.kind === kind) last.text += text;
    else all.push({ kind, text });
  }
  return all;
}
