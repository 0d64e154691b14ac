import { fuseRanks } from "./rankFusion.js";
import { bm25Shares, documentCounts, rarity, type Bag } from "./recallBm25.js";
import { readQuestion, speakerTerms, type RecallQuestion } from "./recallQuestion.js";
import type { RecallRow } from "./recallRow.js";
import { signalsOf, type Signals } from "./recallSignals.js";
import { RECALL_WEIGHTS, SIGNAL_NAMES, type SignalName } from "./recallWeights.js";
import { countBeginnings, viewRows, type RowView } from "./recallWindow.js";

/** Damping of the fusion with what humans said: low, because both lists are good at their tops. */
const HUMAN_FUSION_DAMPING = 10;
/** Age at which a text has lost half of what recency gives, in ms. */
const RECENCY_HALF_LIFE_MS = 30 * 24 * 60 * 60 * 1000;
/** What importance multiplies a score by: from half at 0 to half as much again at 1. */
const IMPORTANCE_FLOOR = 0.5;

/** Candidates, and how to weigh them. */
export type RankInput = {
  query: string;
  rows: readonly RecallRow[];
  /** Texts where the question is asked, candidates or not, as far as known. */
  documents: number;
  /** Ids by nearness of their vectors, best first. */
  byVector: readonly string[];
  /** How far the list by vectors is trusted where words are found: 0 not at all, 1 fully. */
  vectorWeight: number;
  /** By how much the newest is raised over the oldest, as a share: 0 not at all. */
  recency: number;
};

/** A candidate with its score, which compares inside one answer only, and what made it. */
export type RankedRow = {
  row: RecallRow;
  score: number;
  /** What each signal added; those that added nothing are left out. */
  contributions: { [Signal in SignalName]?: number };
  /** Places from 1 where the list of what humans said was fused in. */
  linearRank: number;
  humanRank?: number;
  /** What recency and importance multiplied the score by. */
  multiplier: number;
};

/**
 * Ranks candidates: a sum of weighted signals; where agents' replies are among them, fused with plain BM25 over
 * everything else, for what people said is most of the evidence there. Where no word of the question is found, the
 * list by vectors stands as it is. The order is total and does not depend on the order of the rows.
 */
export function rankRows(input: RankInput): RankedRow[] {
  const rows = input.rows.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  const names = speakerTerms(new Set(rows.flatMap(({ speaker }) => speaker ?? [])));
  const question = readQuestion(input.query, names);
  const views = viewRows(rows);
  countBeginnings(views, question.terms);
  const documents = Math.max(input.documents, rows.length);
  const vectorRank = new Map(input.byVector.map((id, rank) => [id, rank]));
  const signals = signalsOf({ question, views, documents, names, vectorRank });
  const hasWords = views.some(({ own }) => question.terms.some((term) => own.has(term)));
  const weights = weightsFor(hasWords, input.vectorWeight);
  const scored = views.map((view, index) => scoreOf(view, index, { signals, weights }));
  scored.sort(byScore);
  return adjust(
    views.some(({ row }) => row.isReply) && hasWords
      ? fuseWithHumans(scored, { question, views, documents })
      : asShares(scored),
    input.recency,
  );
}

type Weights = Record<SignalName, number>;

function weightsFor(hasWords: boolean, vectorWeight: number): Weights {
  if (hasWords) return { ...RECALL_WEIGHTS, vector: RECALL_WEIGHTS.vector * vectorWeight };
  const none = Object.fromEntries(SIGNAL_NAMES.map((name) => [name, 0])) as Weights;
  const { standing, vector } = RECALL_WEIGHTS;
  return { ...none, standing, vector };
}

type Scored = { row: RecallRow; linear: number; contributions: RankedRow["contributions"] };

function scoreOf({ row }: RowView, index: number, made: { signals: Signals; weights: Weights }): Scored {
  const contributions: RankedRow["contributions"] = {};
  let linear = 0;
  for (const name of SIGNAL_NAMES) {
    const added = made.weights[name] * (made.signals[name]?.[index] ?? 0);
    if (added === 0) continue;
    contributions[name] = added;
    linear += added;
  }
  return { row, linear, contributions };
}

const byScore = (left: Scored, right: Scored): number =>
  right.linear - left.linear || right.row.at - left.row.at || (left.row.id < right.row.id ? -1 : 1);

/** The scores as shares of one: the weights were fitted so that a score is the logarithm of a chance. */
function asShares(scored: readonly Scored[]): RankedRow[] {
  const top = scored[0]?.linear ?? 0;
  const whole = scored.reduce((sum, { linear }) => sum + Math.exp(linear - top), 0);
  return scored.map(({ row, linear, contributions }, index) => ({
    row,
    contributions,
    score: Math.exp(linear - top) / whole,
    linearRank: index + 1,
    multiplier: 1,
  }));
}

type Asked = { question: RecallQuestion; views: readonly RowView[]; documents: number };

function fuseWithHumans(scored: readonly Scored[], asked: Asked): RankedRow[] {
  const lists = [
    { weight: 1, ids: scored.map(({ row }) => row.id) },
    { weight: 1, ids: humanList(asked) },
  ];
  const byId = new Map(scored.map((each) => [each.row.id, each]));
  return fuseRanks(lists, HUMAN_FUSION_DAMPING).flatMap(({ id, score, ranks: [linearRank, humanRank] }) => {
    const found = byId.get(id);
    if (found === undefined) return [];
    const { row, contributions } = found;
    return [
      {
        row,
        contributions,
        score,
        linearRank: linearRank ?? 0,
        humanRank: humanRank ?? undefined,
        multiplier: 1,
      },
    ];
  });
}

/** Plain BM25 over all that is no reply of an agent. */
function humanList({ question, views, documents }: Asked): string[] {
  const empty: Bag = new Map();
  const texts = views.map(({ row, own }) => (row.isReply ? empty : own));
  const counts = documentCounts(texts);
  const shares = bm25Shares(texts, question.terms, (term) => rarity(documents, counts.get(term) ?? 0));
  return views
    .map(({ row }, index) => ({ row, score: shares[index] ?? 0 }))
    .filter(({ score }) => score > 0)
    .sort(
      (left, right) =>
        right.score - left.score || right.row.at - left.row.at || (left.row.id < right.row.id ? -1 : 1),
    )
    .map(({ row }) => row.id);
}

/** Recency and importance as soft multipliers. Age is counted from the newest candidate, so no clock is read. */
function adjust(ranked: RankedRow[], recency: number): RankedRow[] {
  const newest = ranked.reduce((latest, { row }) => Math.max(latest, row.at), -Infinity);
  const adjusted = ranked.map((each) => {
    const freshness = 0.5 ** ((newest - each.row.at) / RECENCY_HALF_LIFE_MS);
    const importance = each.row.importance === undefined ? 1 : IMPORTANCE_FLOOR + each.row.importance;
    const multiplier = (1 + recency * freshness) * importance;
    return { ...each, multiplier, score: each.score * multiplier };
  });
  return adjusted.toSorted((left, right) => right.score - left.score || left.linearRank - right.linearRank);
}
