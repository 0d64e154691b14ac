import { bagOf, bm25Shares, documentCounts, rarity, type Bag } from "./recallBm25.js";
import { expansionOf } from "./recallExpansion.js";
import { dateMatch, type RecallQuestion } from "./recallQuestion.js";
import { readFlags } from "./recallRow.js";
import type { SignalName } from "./recallWeights.js";
import { neighbouring, windowOf, type RowView } from "./recallWindow.js";

/** Terms with which people open a message: they state the topic there. */
const LEAD_TERMS = 30;
/** counselling and counselor, educate and education: the same first letters. */
const PREFIX_LETTERS = 5;
/** Terms from which on a text counts as long: it matches everything a little. */
const LONG_TERMS = 200;
/** Sessions from which on "the right session" says all it can. */
const TELLING_SESSIONS = 10;
/** Rows that a date must exclude for each that it admits to count fully. */
const TELLING_DATE = 30;
/** Damping of places in a vector list. */
const VECTOR_DAMPING = 10;

/** What each signal says of each row; a signal that says nothing here is absent. */
export type Signals = { [Signal in SignalName]?: number[] };

/** A question with what it is asked of. `vectorRank` counts from 0. */
export type SignalInput = {
  question: RecallQuestion;
  views: readonly RowView[];
  /** Texts where the question is asked, candidates or not, as far as known. */
  documents: number;
  /** Terms that are speakers' names: they never expand a question. */
  names: ReadonlyMap<string, string>;
  vectorRank: ReadonlyMap<string, number>;
};

/** All signals. What is lexical is a share of the question that is explained, so it compares between questions. */
export function signalsOf(input: SignalInput): Signals {
  const { question, views, documents } = input;
  const owns = views.map((view) => view.own);
  const counts = documentCounts(owns); // rows with a term of the question are candidates, so it is counted there
  const rarityOf = (term: string) => rarity(documents, counts.get(term) ?? 0);
  const windows = views.map((view) => windowOf(views, view));
  const byOwn = bm25Shares(owns, question.terms, rarityOf);
  const byWindow = bm25Shares(windows, question.terms, rarityOf);
  const expansion = expansionOf({ ...input, byWindow, counts });
  return {
    window: byWindow,
    replyWindow: byWindow.map((score, index) => (views[index]?.row.isReply === true ? score : 0)),
    coverage: coverageOf(input, rarityOf),
    lead: bm25Shares(views.map(leadOf), question.terms, rarityOf),
    prefix: prefixShares(input),
    session: sessionShares(input, rarityOf),
    expansion: bm25Shares(owns, expansion, rarityOf),
    ...conversationSignals(input, byOwn),
    ...dateSignal(input),
    ...vectorSignal(input),
  };
}

const leadOf = ({ terms }: RowView): Bag => bagOf(terms.slice(0, LEAD_TERMS));

/** The share of the question's rarity that stands anywhere in a row's window. */
function coverageOf({ question, views }: SignalInput, rarityOf: (term: string) => number): number[] {
  const weighed = question.terms.map((term) => ({ term, weight: rarityOf(term) }));
  const mass = weighed.reduce((sum, { weight }) => sum + weight, 0) || 1;
  return views.map((view) => {
    let covered = 0;
    for (const { term, weight } of weighed) covered += weight * presenceOf(views, view, term);
    return covered / mass;
  });
}

function presenceOf(views: readonly RowView[], view: RowView, term: string): number {
  if (view.own.has(term)) return 1;
  let presence = 0;
  for (const { view: near } of neighbouring(views, view))
    if (near.own.has(term)) presence = Math.max(presence, near.give);
  return presence;
}

function prefixShares({ question, views, documents }: SignalInput): number[] {
  const cut = (term: string) => term.slice(0, PREFIX_LETTERS);
  const texts = views.map(({ terms }) => bagOf(terms.map(cut)));
  const counts = documentCounts(texts);
  const prefixes = [...new Set(question.terms.map(cut))];
  return bm25Shares(texts, prefixes, (prefix) => rarity(documents, counts.get(prefix) ?? 0));
}

/** How much of the question a whole session covers beside the best one; little where there are few sessions. */
function sessionShares({ question, views }: SignalInput, rarityOf: (term: string) => number): number[] {
  const sessions = new Map<string, Bag>();
  for (const { session, own } of views) {
    const bag: Bag = sessions.get(session) ?? new Map<string, number>();
    sessions.set(session, bag);
    for (const term of question.terms) {
      const count = own.get(term);
      if (count !== undefined) bag.set(term, (bag.get(term) ?? 0) + count);
    }
  }
  const scores = new Map<string, number>();
  for (const [session, bag] of sessions) {
    let score = 0;
    for (const [term, count] of bag) score += (rarityOf(term) * count) / (count + 2);
    scores.set(session, score);
  }
  const best = Math.max(0, ...scores.values());
  const telling = Math.min(1, Math.log(Math.max(1, sessions.size)) / Math.log(TELLING_SESSIONS));
  return views.map(({ session }) => (best === 0 ? 0 : (telling * (scores.get(session) ?? 0)) / best));
}

/** What the manner of a text tells, and who said it. */
function conversationSignals({ question, views }: SignalInput, byOwn: readonly number[]): Signals {
  const flags = views.map(({ row }) => readFlags(row.flags));
  const each = (value: (view: RowView, index: number) => number) => views.map(value);
  const isMessage = (view: RowView) => view.row.kind === "message";
  return {
    speaker: each(({ row }) =>
      question.speaker === null || row.speaker === undefined ? 0 : row.speaker === question.speaker ? 1 : -1,
    ),
    answersQuestion: each(({ row, give, neighbours: { previous } }) =>
      previous === undefined || row.isReply || flags[previous]?.asks !== true
        ? 0
        : (byOwn[previous] ?? 0) * give,
    ),
    // A short question is no evidence; a long message that ends in one may be.
    asks: each((view, index) => (isMessage(view) && flags[index]?.asks === true ? view.give : 0)),
    // Long texts hold a number and a name by chance.
    answerKind: each((view, index) => (answers(question, flags[index]) ? view.give : 0)),
    // A standing instruction binds requests more than questions about the past.
    standing: each(({ row }) => (row.isStanding ? (question.isAboutPast ? 0.5 : 1) : 0)),
    standingMatch: each(({ row }, index) => (row.isStanding ? (byOwn[index] ?? 0) : 0)),
    agentAsked: each(({ row }) => (row.isReply && question.asksAgent ? 1 : 0)),
    // Passages of documents are cut to one length: there it says nothing.
    long: each((view) => (isMessage(view) ? Math.min(1, view.terms.length / LONG_TERMS) : 0)),
    firstPerson: flags.map(({ firstPerson }) => firstPerson),
  };
}

function answers(question: RecallQuestion, flags: ReturnType<typeof readFlags> | undefined): boolean {
  if (flags === undefined) return false;
  return (
    (question.wantsTime && flags.hasTime) ||
    (question.wantsNumber && flags.hasNumber) ||
    (question.wantsName && flags.hasName)
  );
}

/** A date is worth what it excludes, as a term is. */
function dateSignal({ question: { date }, views }: SignalInput): Signals {
  if (date === null) return {};
  const matches = views.map(({ row }) => dateMatch(date, row.at));
  const admitted = matches.filter((match) => match >= 0.5).length;
  const excluded = Math.log((views.length + 1) / (admitted + 1)) / Math.log(TELLING_DATE);
  const worth = Math.min(1, Math.max(0, excluded));
  return { date: matches.map((match) => match * worth) };
}

function vectorSignal({ views, vectorRank }: SignalInput): Signals {
  if (vectorRank.size === 0) return {};
  return {
    vector: views.map(({ row }) => {
      const rank = vectorRank.get(row.id);
      return rank === undefined ? 0 : VECTOR_DAMPING / (VECTOR_DAMPING + rank);
    }),
  };
}
