import { tokenQuarters } from "./tokens.js";

/** A stretch of a text with its size in quarters of a token. */
export type TextPiece = { start: number; end: number; quarters: number };

/**
 * How a cut leaves the text: `rough` inside a word, `fair` between words, `good` between sentences or lines of code,
 * `best` between items of a list or rows of a table.
 */
type CutQuality = "rough" | "fair" | "good" | "best";

/** Characters looked back over for the end of a sentence: bounds the work of one place. */
const LOOK_BACK_CHARACTERS = 4;
const SENTENCE_ENDS = ".!?…";
const WIDE_SENTENCE_ENDS = "。！？";
const CLOSING_MARKS = "\"'”’)]*_`";
/** What begins a line that stands on its own: list items, table rows, tags, and the lines of a JSX expression. */
const STRUCTURED_LINE_STARTS = "-*+|<>{}[] \t0123456789";

/**
 * Cuts a stretch of a text into pieces within the limit that together cover it: at line ends in code, in prose between
 * items or rows where that leaves no piece less than half full, at sentences, else between words, else between
 * characters. Linear in the length of the stretch: a cut never
 * reads back further than the limit.
 */
export function* cutIntoPieces(
  source: string,
  range: { start: number; end: number },
  options: { limitQuarters: number; isCode: boolean },
): Generator<TextPiece> {
  let start = range.start;
  let quarters = 0;
  let best = start;
  let good = start;
  let fair = start;
  for (let index = start; index < range.end; index++) {
    const quality = cutQuality(source, index, options.isCode);
    if (quality === "best" && quarters >= options.limitQuarters / 2) best = index;
    if (quality === "good" || quality === "best") good = index;
    if (quality === "fair") fair = index;
    quarters += tokenQuarters(source, index, index + 1);
    if (quarters <= options.limitQuarters) continue;
    const cut = [best, good, fair].find((place) => place > start) ?? characterStart(source, index);
    yield { start, end: cut, quarters: tokenQuarters(source, start, cut) };
    start = best = good = fair = cut;
    quarters = 0;
    index = cut - 1;
  }
  if (start < range.end) yield { start, end: range.end, quarters };
}

/** True when the character at `index` is white space. */
export function isBlankAt(source: string, index: number): boolean {
  const code = source.charCodeAt(index);
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return /\s/.test(source[index] ?? "");
}

/** How a cut right before `index` would leave the text. */
function cutQuality(source: string, index: number, isCode: boolean): CutQuality {
  const here = source[index] ?? "";
  const before = source[index - 1] ?? "";
  if (before === "\n" && opensStructure(here, isCode)) return isCode ? "good" : "best";
  if (isBlankAt(source, index)) return "rough";
  if (WIDE_SENTENCE_ENDS.includes(before)) return before === "" ? "rough" : "good";
  if (!isBlankAt(source, index - 1)) return "rough";
  return !isCode && followsSentence(source, index) ? "good" : "fair";
}

const opensStructure = (here: string, isCode: boolean): boolean =>
  isCode || STRUCTURED_LINE_STARTS.includes(here);

/** True when the word at `index` opens a sentence; one in lower case follows an abbreviation. */
function followsSentence(source: string, index: number): boolean {
  if (/[a-z]/.test(source[index] ?? "")) return false;
  const least = index - 1 - 2 * LOOK_BACK_CHARACTERS;
  let at = index - 1;
  while (at > least && isBlankAt(source, at)) at--;
  while (at > least && CLOSING_MARKS.includes(source[at] ?? "?")) at--;
  return at >= 0 && SENTENCE_ENDS.includes(source[at] ?? "?");
}

/** `index`, or one less where it would part a surrogate pair. */
function characterStart(source: string, index: number): number {
  const code = source.charCodeAt(index);
  const isLowHalf = code >= 0xdc00 && code <= 0xdfff;
  return isLowHalf ? index - 1 : index;
}
