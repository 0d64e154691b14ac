// How well ranked answers hold what they should.

/** An answer to one question: ids best first, each with its tokens; and what should have been found. */
export type Ranked = {
  category: number;
  gold: readonly string[];
  hits: readonly { id: string; tokens: number }[];
};

/** Percent, but for `mrr` and `ndcgAt10`, which are fractions. Averages over questions. */
export type Scores = {
  questions: number;
  recallAt5: number;
  recallAt10: number;
  recallAt20: number;
  mrr: number;
  ndcgAt10: number;
  recallAt1kTokens: number;
};

const TOKENS = 1_000;

/** The scores of all questions together. */
export function score(ranked: readonly Ranked[]): Scores {
  const percent = (value: (one: Ranked) => number) => round(100 * mean(ranked.map(value)), 1);
  const fraction = (value: (one: Ranked) => number) => round(mean(ranked.map(value)), 3);
  return {
    questions: ranked.length,
    recallAt5: percent((one) => recallAt(one, 5)),
    recallAt10: percent((one) => recallAt(one, 10)),
    recallAt20: percent((one) => recallAt(one, 20)),
    mrr: fraction(reciprocalRank),
    ndcgAt10: fraction((one) => ndcgAt(one, 10)),
    recallAt1kTokens: percent((one) => recallAt(one, hitsWithin(one, TOKENS))),
  };
}

/** The scores of each category. */
export function scoreByCategory(ranked: readonly Ranked[]): Record<string, Scores> {
  const categories = [...new Set(ranked.map(({ category }) => category))].sort((left, right) => left - right);
  return Object.fromEntries(
    categories.map((category) => [category, score(ranked.filter((one) => one.category === category))]),
  );
}

function recallAt({ gold, hits }: Ranked, count: number): number {
  const found = new Set(hits.slice(0, count).map(({ id }) => id));
  return gold.filter((id) => found.has(id)).length / gold.length;
}

function reciprocalRank({ gold, hits }: Ranked): number {
  const rank = hits.findIndex(({ id }) => gold.includes(id));
  return rank < 0 ? 0 : 1 / (rank + 1);
}

function ndcgAt({ gold, hits }: Ranked, count: number): number {
  const gain = (index: number) => 1 / Math.log2(index + 2);
  const found = hits
    .slice(0, count)
    .reduce((sum, { id }, index) => sum + (gold.includes(id) ? gain(index) : 0), 0);
  let best = 0;
  for (let index = 0; index < Math.min(count, gold.length); index++) best += gain(index);
  return found / best;
}

/** How many of the first hits fit so many tokens. */
function hitsWithin({ hits }: Ranked, tokens: number): number {
  let left = tokens;
  const over = hits.findIndex((hit) => (left -= hit.tokens) < 0);
  return over < 0 ? hits.length : over;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
