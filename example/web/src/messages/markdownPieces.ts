/** A stretch of Markdown that can be rendered by itself: a fenced block of code at the top level, or anything else. */
export type MarkdownPiece =
  { kind: "code"; language: string; text: string } | { kind: "prose"; text: string };

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
  if (DEFINITION.test(source)) return [{ kind: "prose", text: source }];
  const pieces: MarkdownPiece[] = [];
  let prose: string[] = [];
  const endProse = (): void => {
    const text = prose.join("\n").replace(/^\n+|\s+$/g, "");
    if (text !== "") pieces.push({ kind: "prose", text });
    prose = [];
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
    } else if (line.trim() === "" && !goesOn(prose, lines[index + 1])) endProse();
    else prose.push(line);
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
  const end = lines.findIndex((line, index) => index >= from && closes.test(line));
  return end < 0 ? lines.length : end;
}

/** True where what follows a blank line still belongs to what stands before it. */
function goesOn(prose: readonly string[], next: string | undefined): boolean {
  if (prose.length === 0 || next === undefined) return false;
  if (next.trim() === "" || INDENTED.test(next)) return true;
  return LIST_ITEM.test(next) && prose.some((line) => LIST_ITEM.test(line));
}
