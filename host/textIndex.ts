// One search index: an inverted index with the counts BM25 needs, kept in step with the rows.
import { fieldAt, splitFieldPath, type StoredDocument } from "./documents.js";
import { matchesEqualities, termsOf, type SearchRead } from "./textTerms.js";

/** Tantivy's constants, which Convex's text search uses. */
const TERM_SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;
/** Convex scores at most this many candidates of one search. */
export const MAX_CANDIDATES = 1024;

type IndexedText = { document: StoredDocument; counts: Map<string, number>; length: number };

/** Rarity of a term over the whole index, filters or not. */
export function inverseDocumentFrequency(documents: number, documentsWithTerm: number): number {
  return Math.log(1 + (documents - documentsWithTerm + 0.5) / (documentsWithTerm + 0.5));
}

/** BM25 weight of one term in one text. */
export function termScore(
  term: { idf: number; count: number },
  length: number,
  averageLength: number,
): number {
  const norm = TERM_SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * (length / averageLength));
  return (term.idf * term.count * (TERM_SATURATION + 1)) / (term.count + norm);
}

export class TextIndex {
  readonly #texts = new Map<string, IndexedText>();
  readonly #postings = new Map<string, Set<IndexedText>>();
  readonly #path: string[];
  #totalLength = 0;
  #sortedTerms: string[] | null = null;

  constructor(searchField: string, documents: Iterable<StoredDocument>) {
    this.#path = splitFieldPath(searchField);
    for (const document of documents) this.add(document);
  }

  add(document: StoredDocument): void {
    const text = fieldAt(document, this.#path);
    if (typeof text !== "string") return;
    const counts = new Map<string, number>();
    const terms = termsOf(text);
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    const indexed = { document, counts, length: terms.length };
    this.#texts.set(document._id, indexed);
    this.#totalLength += indexed.length;
    for (const term of counts.keys()) {
      const posting = this.#postings.get(term);
      if (posting !== undefined) posting.add(indexed);
      else {
        this.#postings.set(term, new Set([indexed]));
        this.#sortedTerms = null;
      }
    }
  }

  remove(document: StoredDocument): void {
    const indexed = this.#texts.get(document._id);
    if (indexed === undefined) return;
    this.#texts.delete(document._id);
    this.#totalLength -= indexed.length;
    for (const term of indexed.counts.keys()) {
      const posting = this.#postings.get(term)!;
      posting.delete(indexed);
      if (posting.size > 0) continue;
      this.#postings.delete(term);
      this.#sortedTerms = null;
    }
  }

  /** A row whose text may be the same: the usual patch costs no re-indexing. */
  replace(before: StoredDocument, after: StoredDocument): void {
    const indexed = this.#texts.get(before._id);
    if (indexed !== undefined && fieldAt(before, this.#path) === fieldAt(after, this.#path)) {
      indexed.document = after;
      return;
    }
    this.remove(before);
    this.add(after);
  }

  /** Matching rows, best first; among equals the newest first. */
  search(read: SearchRead): StoredDocument[] {
    const averageLength = Math.max(this.#totalLength / Math.max(this.#texts.size, 1), 1);
    const scores = new Map<IndexedText, number>();
    for (const term of this.#expand(read.terms)) {
      const posting = this.#postings.get(term)!;
      const idf = inverseDocumentFrequency(this.#texts.size, posting.size);
      for (const indexed of posting) {
        const score = termScore({ idf, count: indexed.counts.get(term)! }, indexed.length, averageLength);
        scores.set(indexed, (scores.get(indexed) ?? 0) + score);
      }
    }
    const candidates: { document: StoredDocument; score: number }[] = [];
    for (const [{ document }, score] of scores) {
      if (matchesEqualities(document, read.equalities)) candidates.push({ document, score });
    }
    candidates.sort((a, b) => b.score - a.score || b.document._creationTime - a.document._creationTime);
    return candidates.slice(0, MAX_CANDIDATES).map(({ document }) => document);
  }

  // The words to look up: each term once, and for the last one every indexed word it begins.
  #expand(terms: string[]): Set<string> {
    const expanded = new Set(terms.filter((term) => this.#postings.has(term)));
    const prefix = terms[terms.length - 1];
    if (prefix === undefined) return expanded;
    const sorted = (this.#sortedTerms ??= [...this.#postings.keys()].sort());
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < prefix) low = middle + 1;
      else high = middle;
    }
    for (let place = low; place < sorted.length && sorted[place]!.startsWith(prefix); place++) {
      expanded.add(sorted[place]!);
    }
    return expanded;
  }
}
