import { termsOf } from "./recallTerms.js";

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Characters shown before the word that was found. */
const LEAD_CHARACTERS = 40;

/**
 * A line of a text around the first word of it that begins as one of the terms does, else its start: at most so many characters,
 * with an ellipsis where it was cut, and never half of a character.
 */
export function snippetOf(text: string, terms: readonly string[], maxCharacters: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  const characters = Array.from(line);
  if (characters.length <= maxCharacters) return line;
  const found = Array.from(line.slice(0, placeOf(line, terms))).length;
  const last = characters.length - maxCharacters;
  const start = Math.min(Math.max(0, found - LEAD_CHARACTERS), last);
  const end = start + maxCharacters;
  const shown = characters.slice(start === 0 ? 0 : start + 1, end === characters.length ? end : end - 1);
  return `${start === 0 ? "" : "…"}${shown.join("")}${end === characters.length ? "" : "…"}`;
}

/** Where the first word stands whose term begins with one of these; 0 where there is none. */
function placeOf(line: string, terms: readonly string[]): number {
  for (const { 0: word, index } of line.matchAll(WORD))
    if (termsOf(word, "query").some((term) => terms.some((asked) => term.startsWith(asked)))) return index;
  return 0;
}
