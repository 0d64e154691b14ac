/**
 * A stretch of Markdown that can be rendered by itself: a fenced block of code at the top level, text that would take too
 * long to parse and is shown as it is, or anything else.
 */
export type MarkdownPiece =
  { kind: "code"; language: string; text: string } | { kind: "plain" | "prose"; text: string };

/** What one piece may hold: parsers of Markdown take a time that grows with the square of each. */
const MOST_CHARACTERS = 50_000;
const MOST_MARKS = 1_500;
const MOST_LINES = 800;
const MARKS = /[*_[\]~<>|`]/g;
const DEEP_QUOTE = /^[> ]{100}/m;

const isCostly = (text: string): boolean =>
  text.length > MOST_CHARACTERS ||
  DEEP_QUOTE.test(text) ||
  (text.match(MARKS)?.length ?? 0) > MOST_MARKS ||
  (text.match(/\n/g)?.length ?? 0) > MOST_LINES;

const pieceOf = (text: string): MarkdownPiece => ({ kind: isCostly(text) ? "plain" : "prose", text });

type Fence = { marker: string; language: string };

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`\n]*)$/;
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const INDENTED = /^(?: {2,}|\t)/;
/** Definitions count in the whole text, so a text that has one stays in one piece. */
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:/m;

/**
 * Cuts Markdown at blank lines and around fenced code, so that an answer which grows renders only its last piece anew,
 * and long code is never parsed. What belongs together, such as the items of a list, stays together.
 */
export function markdownPieces(source: string): MarkdownPiece[] {
  if (DEFINITION.test(source)) return [pieceOf(source)];
  const pieces: MarkdownPiece[] = [];
  let prose: string[] = [];
  let hasItems = false;
  const endProse = (): void => {
    const text = prose.join("\n").replace(/^\n+|\s+$/g, "");
    if (text !== "") pieces.push(pieceOf(text));
    prose = [];
    hasItems = false;
  };
  const lines = source.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const fence = fenceIn(line);
    if (fence !== null) {
      endProse();
      const end = closingLine(lines, { from: index + 1, marker: fence.marker });
      pieces.push({ kind: "code", language: fence.language, text: lines.slice(index + 1, end).join("\n") });
      index = end;
    } else if (line.trim() === "" && !goesOn(lines[index + 1], hasItems)) endProse();
    else {
      prose.push(line);
      hasItems ||= LIST_ITEM.test(line);
    }
  }
  endProse();
  return pieces;
}

function fenceIn(line: string): Fence | null {
  const [, marker, info = ""] = FENCE.exec(line) ?? [];
  return marker === undefined ? null : { marker, language: info.trim().split(/\s/, 1)[0] ?? "" };
}

/** The line that closes a fence; behind the last where none does, as while it is being written. */
function closingLine(lines: readonly string[], { from, marker }: { from: number; marker: string }): number {
  const closes = new RegExp(`^ {0,3}${marker.charAt(0)}{${marker.length},}\\s*$`);
  let end = from;
  while (end < lines.length && !closes.test(lines[end] ?? "")) end++;
  return end;
}

/** True where what follows a blank line still belongs to what stands before it. */
function goesOn(next: string | undefined, hasItems: boolean): boolean {
  if (next === undefined) return false;
  if (next.trim() === "" || INDENTED.test(next)) return true;
  return hasItems && LIST_ITEM.test(next);
}
