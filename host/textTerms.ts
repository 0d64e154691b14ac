// Words of a text and of a search, cut as Convex's search index cuts them.
import { compareFields, fieldAt, splitFieldPath, type StoredDocument } from "./documents.js";

/** Terms of a query beyond this many are ignored. */
export const MAX_QUERY_TERMS = 16;
/** Words of more UTF-8 bytes than this are not indexed. */
export const MAX_TERM_BYTES = 32;

export type SearchEquality = { field: string; value: unknown };

/** A search a function depended on: its words, the last one also as a prefix, and its equality filters. */
export type SearchRead = {
  kind: "search";
  componentPath: string;
  table: string;
  index: string;
  searchField: string;
  terms: string[];
  equalities: SearchEquality[];
};

/** Lower-cased runs of letters and digits of at most 32 bytes. */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of text.matchAll(/[\p{Alphabetic}\p{N}]+/gu)) {
    if (word.length <= MAX_TERM_BYTES / 4 || Buffer.byteLength(word) <= MAX_TERM_BYTES)
      terms.push(word.toLowerCase());
  }
  return terms;
}

export function queryTermsOf(query: string): string[] {
  return termsOf(query).slice(0, MAX_QUERY_TERMS);
}

export function matchesEqualities(document: StoredDocument, equalities: readonly SearchEquality[]): boolean {
  return equalities.every(
    ({ field, value }) => compareFields(fieldAt(document, splitFieldPath(field)), value) === 0,
  );
}

/** Whether a row would be among the search's candidates. */
export function matchesSearch(read: SearchRead, document: StoredDocument): boolean {
  if (read.terms.length === 0 || !matchesEqualities(document, read.equalities)) return false;
  const text = fieldAt(document, splitFieldPath(read.searchField));
  if (typeof text !== "string") return false;
  const words = new Set(termsOf(text));
  const prefix = read.terms[read.terms.length - 1]!;
  if (read.terms.some((term) => words.has(term))) return true;
  return [...words].some((word) => word.startsWith(prefix));
}
