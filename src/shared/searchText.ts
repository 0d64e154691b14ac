import { RECALL_TEXT_MAX_BYTES } from "./limits.js";
import { isWideCharacter } from "./tokens.js";
import { cutToBytes, utf8Bytes } from "./utf8.js";

/** Terms that Convex text search reads of a query; further ones are ignored. */
export const SEARCH_MAX_TERMS = 16;
/** Bytes of one term: Convex drops longer ones from index and query, so both are cut here alike. */
export const TERM_MAX_BYTES = 32;
/** Terms of one row: bounds what a long text adds to the index. */
export const SEARCH_TEXT_MAX_TERMS = 400;

/** Words that nearly every text has: in a query they would take the places of the 16 terms that tell texts apart. */
const STOP_WORDS = new Set(
  (
    "a about after again all also am an and any are as at be because been before being between both but by can could " +
    "did do does doing don down during each for from further had has have having he her here hers him his how i " +
    "if in into is it its itself just let ll may me might more most my myself no nor not of off on once only or " +
    "other our ours out over own please s same shall she should so some such t tell than that the their them " +
    "then there these they this those through to too under until up us ve very was we were what when where which " +
    "while who whom whose why will with would you your yours"
  ).split(" "),
);

/** A run of letters, digits and marks, or a pictograph, or a flag. */
const TERM_PATTERN = /[\p{L}\p{N}\p{M}]+|\p{Extended_Pictographic}|\p{RI}{2}/gu;

/**
 * The terms of a text for a search index: compatibility forms unified (NFKC), lower case, one space between terms,
 * punctuation left out. Chinese, Japanese and Korean are cut into overlapping pairs, or a whole sentence would be one
 * term that no query matches. At most `maxTerms` terms and `RECALL_TEXT_MAX_BYTES` bytes.
 */
export function searchText(text: string, maxTerms = SEARCH_TEXT_MAX_TERMS): string {
  const kept: string[] = [];
  let bytes = 0;
  for (const term of termsOf(text, "index")) {
    bytes += utf8Bytes(term) + 1;
    if (kept.length >= maxTerms || bytes > RECALL_TEXT_MAX_BYTES) break;
    kept.push(term);
  }
  return kept.join(" ");
}

/**
 * A question as the terms of a Convex text search over `searchText` rows: distinct terms without stop words, at
 * most 16 of at most 32 bytes, the longest last because Convex matches the last one as a prefix. A question of
 * stop words keeps them, one of punctuation is passed on as it is: only a blank one gives an empty string.
 */
export function searchTerms(query: string): string {
  const content = firstDistinct(query, (term) => !STOP_WORDS.has(term));
  const terms = content.length > 0 ? content : firstDistinct(query, () => true);
  if (terms.length === 0) return cutToBytes(query.trim().split(/\s/u, 1)[0] ?? "", TERM_MAX_BYTES);
  const longest = terms.reduce((best, term) => (term.length > best.length ? term : best));
  return [...terms.filter((term) => term !== longest), longest].join(" ");
}

function firstDistinct(query: string, keep: (term: string) => boolean): string[] {
  const distinct = new Set<string>();
  for (const term of termsOf(query, "query")) {
    if (distinct.size === SEARCH_MAX_TERMS) break;
    if (keep(term)) distinct.add(term);
  }
  return [...distinct];
}

/** Lazily, so that a capped reader of a long text stops early. */
function* termsOf(text: string, use: "index" | "query"): Generator<string> {
  for (const [run] of text.normalize("NFKC").toLowerCase().matchAll(TERM_PATTERN)) {
    for (const piece of splitByWidth(run)) {
      if (isWideCharacter(piece.charCodeAt(0))) yield* pairsOf(piece, use);
      else yield cutToBytes(piece, TERM_MAX_BYTES);
    }
  }
}

/** Cuts a run where it changes between scripts with and without spaces: `Convexデータ` is two pieces. */
function* splitByWidth(run: string): Generator<string> {
  let start = 0;
  for (let index = 1; index <= run.length; index++) {
    const ends = index === run.length || isWideAt(run, index) !== isWideAt(run, index - 1);
    if (!ends) continue;
    yield run.slice(start, index);
    start = index;
  }
}

const isWideAt = (text: string, index: number) => isWideCharacter(text.charCodeAt(index));

/** Overlapping pairs; in the index also the last character, so that a query for it alone finds the text. */
function* pairsOf(piece: string, use: "index" | "query"): Generator<string> {
  for (let index = 0; index + 1 < piece.length; index++) yield piece.slice(index, index + 2);
  if (use === "index" || piece.length === 1) yield piece.slice(-1);
}
