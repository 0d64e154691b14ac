import { stemmer } from "stemmer";
import { RECALL_TEXT_MAX_BYTES } from "./limits.js";
import { BASE_OF, COMMON_TERMS, STOP_WORDS } from "./recallWords.js";
import { isWideCharacter } from "./tokens.js";
import { cutToBytes, utf8Bytes } from "./utf8.js";

/** Terms that Convex text search reads of a query; further ones are ignored. */
export const SEARCH_MAX_TERMS = 16;
/** Bytes of one term: Convex drops longer ones from index and query, so both are cut here alike. */
export const TERM_MAX_BYTES = 32;
/** Terms of one text that are kept: bounds what a candidate costs to read. */
export const TEXT_MAX_TERMS = 400;
/** Bytes of them: a recall reads up to some 1,500 entries, and a query 16 MiB. */
export const TEXT_MAX_BYTES = 4 * 1024;
/** Words whose terms are remembered: texts share most of theirs, and stemming is most of the work. */
const CACHE_MAX_WORDS = 50_000;

/** A run of letters, digits and marks, or a pictograph, or a flag. */
const RUN_PATTERN = /[\p{L}\p{N}\p{M}]+|\p{Extended_Pictographic}|\p{RI}{2}/gu;
/** Marks over letters of scripts whose readers leave them out when they type in a hurry. */
const FOLDED_MARKS = /(?<=[\p{Script=Latin}\p{Script=Greek}])\p{Mn}+/gu;
/** Letters that are no base with a mark, and how they are written without. */
const FOLDED_LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ł: "l",
  ı: "i",
  þ: "th",
  ð: "d",
  ё: "е",
};
const FOLDED_LETTER = new RegExp(`[${Object.keys(FOLDED_LETTERS).join("")}]`, "gu");
const POSSESSIVE = /'s(?![\p{L}\p{N}])/gu;
const ENGLISH_WORD = /^[a-z]+$/;
const PICTOGRAPH = /^[\p{Extended_Pictographic}\p{RI}]/u;

/**
 * The words of a text: compatibility forms unified, lower case, accents folded, possessives cut, punctuation left
 * out. Scripts without spaces are cut into overlapping pairs, or a whole sentence would be one word that no question
 * matches. A pictograph becomes a word of letters, because text search drops everything else.
 */
export function wordsOf(text: string, use: "index" | "query" = "index"): string[] {
  const words: string[] = [];
  for (const [run] of fold(cutToBytes(text, RECALL_TEXT_MAX_BYTES)).matchAll(RUN_PATTERN)) {
    if (PICTOGRAPH.test(run)) words.push(nameOfPictograph(run));
    else addPieces(words, run, use);
  }
  return words;
}

function fold(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(FOLDED_MARKS, "")
    .normalize("NFC")
    .replace(FOLDED_LETTER, (letter) => FOLDED_LETTERS[letter] ?? letter)
    .replace(/[\u2018\u2019]/gu, "'")
    .replace(POSSESSIVE, "");
}

/** `🎉` as `u1f389`. */
const nameOfPictograph = (run: string): string =>
  Array.from(run, (character) => `u${(character.codePointAt(0) ?? 0).toString(16)}`).join("");

/** Cuts a run where it changes between scripts with and without spaces: `Convexデータ` is two pieces. */
function addPieces(words: string[], run: string, use: "index" | "query"): void {
  let start = 0;
  for (let index = 1; index <= run.length; index++) {
    if (index < run.length && isUnspaced(run, index) === isUnspaced(run, index - 1)) continue;
    const piece = run.slice(start, index);
    if (isUnspaced(piece, 0)) addPairs(words, piece, use);
    else words.push(cutToBytes(piece, TERM_MAX_BYTES));
    start = index;
  }
}

/** Overlapping pairs; in the index also the last character, so that a question of it alone finds the text. */
function addPairs(words: string[], piece: string, use: "index" | "query"): void {
  for (let index = 0; index + 1 < piece.length; index++) words.push(piece.slice(index, index + 2));
  if (use === "index" || piece.length === 1) words.push(piece.slice(-1));
}

/** Chinese, Japanese and Korean, and the scripts from Thai to Myanmar and Khmer. */
function isUnspaced(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  const isSouthEast =
    (code >= 0x0e00 && code <= 0x0eff) ||
    (code >= 0x1000 && code <= 0x109f) ||
    (code >= 0x1780 && code <= 0x17ff);
  return isSouthEast || isWideCharacter(code);
}

const knownTerms = new Map<string, string>();

/**
 * The term of a word: irregular English forms folded, then Porter's stem. Words of other alphabets stay as they are;
 * what the rules do to other languages in Latin letters, they do alike to question and text.
 */
export function termOf(word: string): string {
  if (!ENGLISH_WORD.test(word)) return word;
  const known = knownTerms.get(word);
  if (known !== undefined) return known;
  const term = stemmer(BASE_OF.get(word) ?? word);
  if (knownTerms.size >= CACHE_MAX_WORDS) knownTerms.clear();
  knownTerms.set(word, term);
  return term;
}

/**
 * The terms of a text, in order: without function words, unless it has no other. At most `TEXT_MAX_TERMS` and
 * `TEXT_MAX_BYTES`.
 */
export function termsOf(text: string, use: "index" | "query" = "index"): string[] {
  const words = wordsOf(text, use);
  const content = words.filter((word) => !STOP_WORDS.has(word));
  const terms: string[] = [];
  let bytes = 0;
  for (const word of content.length === 0 ? words : content) {
    const term = content.length === 0 ? word : termOf(word);
    bytes += utf8Bytes(term) + 1;
    if (terms.length === TEXT_MAX_TERMS || bytes > TEXT_MAX_BYTES) break;
    terms.push(term);
  }
  return terms;
}

/**
 * A question's terms as one Convex text search: distinct, at most 16, the longest last because Convex matches the
 * last one as a prefix as well. Of more than 16, common ones go first and then the shortest: length is a fair sign
 * of rarity where nothing is known of the index.
 */
export function searchOf(terms: readonly string[]): string {
  const distinct = [...new Set(terms)];
  const kept = distinct.length <= SEARCH_MAX_TERMS ? distinct : mostTelling(distinct, SEARCH_MAX_TERMS);
  const longest = kept.reduce((best, term) => (term.length > best.length ? term : best), "");
  return [...kept.filter((term) => term !== longest), longest].join(" ");
}

/** So many of the longest terms that are not common, in the order of the question; common ones only fill up. */
export function mostTelling(terms: readonly string[], count: number): string[] {
  const byWorth = terms.toSorted(
    (left, right) =>
      Number(COMMON_TERMS.has(left)) - Number(COMMON_TERMS.has(right)) || right.length - left.length,
  );
  const kept = new Set(byWorth.slice(0, count));
  return terms.filter((term) => kept.has(term));
}
