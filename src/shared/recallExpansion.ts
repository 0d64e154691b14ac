import type { Bag } from "./recallBm25.js";
import type { RecallQuestion } from "./recallQuestion.js";
import type { RowView } from "./recallWindow.js";

/** Best windows that are looked at, and terms that are taken from them. */
const WINDOWS = 40;
const TERMS = 20;

type ExpansionInput = {
  question: RecallQuestion;
  views: readonly RowView[];
  documents: number;
  names: ReadonlyMap<string, string>;
  /** How well each row's window fits, and in how many rows each term stands. */
  byWindow: readonly number[];
  counts: Bag;
};

/** Terms that stand beside several of the question's terms in the best windows (local context analysis). */
export function expansionOf(input: ExpansionInput): string[] {
  const { question, documents, counts } = input;
  const worths = question.terms.map((term) => Math.log(1 + documents / Math.max(1, counts.get(term) ?? 0)));
  const scored: { term: string; score: number }[] = [];
  for (const [term, beside] of companions(input)) {
    const count = counts.get(term) ?? 0;
    if (count < 2) continue; // a word that stands once goes with everything around it
    let score = 0;
    for (const [place, times] of beside)
      score += (worths[place] ?? 0) * Math.log(1 + times) * (times / (times + 1));
    scored.push({ term, score: score / Math.log(2 + count) });
  }
  scored.sort((left, right) => right.score - left.score || (left.term < right.term ? -1 : 1));
  return scored.slice(0, TERMS).map(({ term }) => term);
}

/** For each term of the best windows, how often it stands beside each term of the question. */
function companions({ question, views, names, byWindow }: ExpansionInput): Map<string, Map<number, number>> {
  const asked = new Set(question.terms);
  const best = views
    .map((view, index) => ({ view, score: byWindow[index] ?? 0, index }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score || left.index - right.index)
    .slice(0, WINDOWS);
  const seen = new Map<string, Map<number, number>>();
  for (const { view } of best) {
    const near = placesNear(question.terms, views, view);
    for (const term of view.own.keys()) {
      if (asked.has(term) || names.has(term)) continue;
      const beside = seen.get(term) ?? new Map<number, number>();
      seen.set(term, beside);
      for (const place of near) beside.set(place, (beside.get(place) ?? 0) + 1);
    }
  }
  return seen;
}

/** Which of the question's terms stand in a row or in the turns right beside it. */
function placesNear(terms: readonly string[], views: readonly RowView[], view: RowView): number[] {
  const { previous, next } = view.neighbours;
  const around = [
    view,
    ...[previous, next].flatMap((index) => (index === undefined ? [] : (views[index] ?? []))),
  ];
  return terms.flatMap((term, place) => (around.some(({ own }) => own.has(term)) ? [place] : []));
}
