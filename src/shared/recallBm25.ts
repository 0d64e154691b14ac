/** How often each term stands in a text; parts of a count come from its neighbours. */
export type Bag = Map<string, number>;

/** Saturation of repeated terms, as everyone has it. */
const SATURATION = 1.2;
/** Milder than the usual .75: turns of a chat are short anyway. */
const LENGTH_WEIGHT = 0.5;

/** Counts terms. */
export function bagOf(terms: Iterable<string>): Bag {
  const bag: Bag = new Map();
  for (const term of terms) bag.set(term, (bag.get(term) ?? 0) + 1);
  return bag;
}

/** Rarity of a term that `documentsWithTerm` of `documents` texts hold: Robertson's, kept above zero. */
export const rarity = (documents: number, documentsWithTerm: number): number =>
  Math.log(1 + (documents - documentsWithTerm + 0.5) / (documentsWithTerm + 0.5));

/** In how many texts each term stands. */
export function documentCounts(texts: readonly Bag[]): Bag {
  const counts: Bag = new Map();
  for (const text of texts) for (const term of text.keys()) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/**
 * BM25 of each text for a question's terms, as a share of the terms' whole rarity: so one set of weights fits
 * questions of two words and of twenty.
 */
export function bm25Shares(
  texts: readonly Bag[],
  terms: readonly string[],
  rarityOf: (term: string) => number,
): number[] {
  const lengths = texts.map(lengthOf);
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length) || 1;
  const weighed = terms.map((term) => ({ term, weight: rarityOf(term) }));
  const mass = weighed.reduce((sum, { weight }) => sum + weight, 0);
  if (mass === 0) return texts.map(() => 0);
  return texts.map((text, index) => {
    const norm = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * (lengths[index] ?? 0)) / average);
    let score = 0;
    for (const { term, weight } of weighed) {
      const count = text.get(term);
      if (count !== undefined) score += (weight * count * (SATURATION + 1)) / (count + norm);
    }
    return score / mass;
  });
}

function lengthOf(text: Bag): number {
  let length = 0;
  for (const count of text.values()) length += count;
  return length;
}
