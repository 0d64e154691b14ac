/** A piece of two texts: what both have, what the first alone has, and what the second alone has. */
export type Piece = { kind: "same" | "removed" | "added"; text: string };

/** Words beyond this are not compared one by one: the table of a comparison grows with both. */
const MOST_WORDS = 1_200;

/** Words with the space behind them, so that joined they are the text again. */
const wordsOf = (text: string): string[] =>
  text.match(/\s*\S+\s*?(?=\s|$)|\s+$/g) ?? (text === "" ? [] : [text]);

/** What two texts share and where they differ, by words: the longest common run of words, in order. */
export function diffWords(before: string, after: string): Piece[] {
  const [first, second] = [wordsOf(before), wordsOf(after)];
  if (first.length > MOST_WORDS || second.length > MOST_WORDS)
    return joined([
      { kind: "removed", text: before },
      { kind: "added", text: after },
    ]);
  const lengths = commonLengths(first, second);
  const pieces: Piece[] = [];
  let [left, right] = [0, 0];
  while (left < first.length || right < second.length) {
    const [one, other] = [first[left], second[right]];
    if (one !== undefined && one === other) {
      pieces.push({ kind: "same", text: one });
      left += 1;
      right += 1;
    } else if (
      other === undefined ||
      (one !== undefined && lengthAt(lengths, left + 1, right) >= lengthAt(lengths, left, right + 1))
    ) {
      pieces.push({ kind: "removed", text: one ?? "" });
      left += 1;
    } else {
      pieces.push({ kind: "added", text: other });
      right += 1;
    }
  }
  return joined(pieces);
}

const lengthAt = (lengths: readonly Uint16Array[], left: number, right: number): number =>
  lengths[left]?.[right] ?? 0;

/** How many words the rests have in common, from each place on. */
function commonLengths(first: readonly string[], second: readonly string[]): Uint16Array[] {
  const lengths = Array.from({ length: first.length + 1 }, () => new Uint16Array(second.length + 1));
  for (let left = first.length - 1; left >= 0; left--)
    for (let right = second.length - 1; right >= 0; right--)
      lengths[left]![right] =
        first[left] === second[right]
          ? lengthAt(lengths, left + 1, right + 1) + 1
          : Math.max(lengthAt(lengths, left + 1, right), lengthAt(lengths, left, right + 1));
  return lengths;
}

/** Neighbours of one kind as one piece; empty ones are left out. */
function joined(pieces: readonly Piece[]): Piece[] {
  const kept: Piece[] = [];
  for (const piece of pieces) {
    if (piece.text === "") continue;
    const last = kept.at(-1);
    if (last?.kind === piece.kind) last.text += piece.text;
    else kept.push({ ...piece });
  }
  return kept;
}
