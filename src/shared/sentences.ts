const ENDS = ".!?…؟।";
/** These end a sentence whether or not white space follows. */
const WIDE_ENDS = "。！？";
/** What stands before the words of a line in Markdown. */
const LINE_MARKS = /^(?:[#>*+\-–•|\s]+|\d{1,3}[.)]\s+)+/u;
const HAS_WORDS = /[\p{L}\p{N}]/u;

/** The sentences of a text in their order, each on one line without the marks of lists and headings. */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (!endsAt(text, index) || isListNumber(text, start, index)) continue;
    push(sentences, text.slice(start, index + 1));
    start = index + 1;
  }
  push(sentences, text.slice(start));
  return sentences;
}

function endsAt(text: string, index: number): boolean {
  const character = text.charAt(index);
  if (character === "\n" || WIDE_ENDS.includes(character)) return true;
  return ENDS.includes(character) && isBlank(text.charAt(index + 1));
}

/** `3.` before words on its line. */
const isListNumber = (text: string, start: number, end: number): boolean =>
  text.charAt(end) === "." && text.charAt(end + 1) === " " && /^\s*\d{1,3}$/u.test(text.slice(start, end));

const isBlank = (character: string): boolean => character === "" || /\s/u.test(character);

function push(sentences: string[], piece: string): void {
  const sentence = piece.replace(/\s+/gu, " ").trim().replace(LINE_MARKS, "");
  if (HAS_WORDS.test(sentence)) sentences.push(sentence);
}

/** A line of at most so many characters; a longer one ends in `…`, never inside a character. */
export function cutLine(line: string, maxCharacters: number): string {
  if (line.length <= maxCharacters) return line;
  const characters = Array.from(line.slice(0, 2 * maxCharacters));
  if (characters.length <= maxCharacters && line.length <= 2 * maxCharacters) return line;
  return `${characters
    .slice(0, maxCharacters - 1)
    .join("")
    .trimEnd()}…`;
}
