import { bagOf, documentCounts, type Bag } from "./recallBm25.js";
import type { RecallRow } from "./recallRow.js";

/** A turn of so many terms takes and gives full context; longer ones less and less. */
const SHORT_TERMS = 25;
const CONTEXT_FALL = 1.5;
/** Context below this share would not change a rank. */
const NEGLIGIBLE = 0.05;
/** How much the human turn before, the one before that, the next and the one after it tell about a turn. */
const SHARES = { previous: 0.6, beforePrevious: 0.3, next: 0.4, afterNext: 0.15 };
/** A reply leans on the question it answers, less than a turn on its neighbours. */
const REPLY_SHARE = 0.3;

/** The places of a row's neighbours among the rows; absent where there is none. */
export type Neighbours = { [Neighbour in keyof typeof SHARES]?: number };

/** A row with what the signals read of it. */
export type RowView = {
  row: RecallRow;
  terms: string[];
  own: Bag;
  /** How much context it takes and gives: 1 for short texts, falling for long ones. */
  give: number;
  neighbours: Neighbours;
  /** Where it was said: a session of a thread, or a document. */
  session: string;
};

/**
 * The rows with their neighbours: the chain of human messages inside a session. A neighbour that is no candidate
 * shares no term with the question, so it would add nothing. A reply looks back only, at the turn it answers first.
 */
export function viewRows(rows: readonly RecallRow[]): RowView[] {
  const sessions = sessionsOf(rows);
  const humans = new Map<string, number>();
  rows.forEach(({ kind, isReply, turn }, index) => {
    if (kind === "message" && !isReply) humans.set(`${sessions[index] ?? ""}/${turn ?? 0}`, index);
  });
  return rows.map((row, index) => {
    const session = sessions[index] ?? "";
    const terms = row.own === "" ? [] : row.own.split(" ");
    const human = (step: number) => humans.get(`${session}/${(row.turn ?? 0) + step}`);
    return {
      row,
      terms,
      own: bagOf(terms),
      give: Math.min(1, (SHORT_TERMS / Math.max(1, terms.length)) ** CONTEXT_FALL),
      neighbours: neighboursOf(row, human),
      session,
    };
  });
}

/**
 * Counts a question's terms that no row holds where they begin a term: text search has matched them so, and of a
 * script without spaces a single character is known only as the start of a pair.
 */
export function countBeginnings(views: readonly RowView[], terms: readonly string[]): void {
  const vocabulary = documentCounts(views.map(({ own }) => own));
  const missing = terms.filter((term) => !vocabulary.has(term));
  if (missing.length === 0) return;
  const beginnings = new Map<string, string[]>();
  for (const term of vocabulary.keys()) {
    const begun = missing.filter((beginning) => term.startsWith(beginning));
    if (begun.length > 0) beginnings.set(term, begun);
  }
  if (beginnings.size === 0) return;
  for (const { terms: held, own } of views)
    for (const term of held)
      for (const beginning of beginnings.get(term) ?? []) own.set(beginning, (own.get(beginning) ?? 0) + 1);
}

function neighboursOf(row: RecallRow, human: (step: number) => number | undefined): Neighbours {
  if (row.kind !== "message") return {};
  return row.isReply
    ? { previous: human(0), beforePrevious: human(-1) }
    : { previous: human(-1), beforePrevious: human(-2), next: human(1), afterNext: human(2) };
}

/** A reply is of the session of the human turn nearest to it: it keeps none itself. */
function sessionsOf(rows: readonly RecallRow[]): string[] {
  const humans = new Map<string, RecallRow[]>();
  for (const row of rows)
    if (row.kind === "message" && !row.isReply)
      humans.set(row.group, [...(humans.get(row.group) ?? []), row]);
  for (const turns of humans.values()) turns.sort((left, right) => (left.turn ?? 0) - (right.turn ?? 0));
  return rows.map((row) => {
    const session = row.isReply
      ? (nearestTurn(humans.get(row.group) ?? [], row.turn ?? 0)?.session ?? 0)
      : row.session;
    return `${row.group}/${session ?? 0}`;
  });
}

/** Of turns in order, the last up to `turn`, else the first. */
function nearestTurn(turns: readonly RecallRow[], turn: number): RecallRow | undefined {
  let low = 0;
  let high = turns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((turns[middle]?.turn ?? 0) <= turn) low = middle + 1;
    else high = middle;
  }
  return turns[Math.max(0, low - 1)];
}

/** The neighbours that there are, each with its share. */
export function* neighbouring(
  views: readonly RowView[],
  { neighbours }: RowView,
): Generator<{ view: RowView; share: number }> {
  for (const name of ["previous", "beforePrevious", "next", "afterNext"] as const) {
    const index = neighbours[name];
    const view = index === undefined ? undefined : views[index];
    if (view !== undefined) yield { view, share: SHARES[name] };
  }
}

/** The terms of a row with those of its neighbours mixed in before saturation, so that no term is paid for twice. */
export function windowOf(views: readonly RowView[], view: RowView): Bag {
  const window: Bag = new Map(view.own);
  const take = view.give * (view.row.isReply ? REPLY_SHARE : 1);
  for (const { view: near, share } of neighbouring(views, view)) {
    const given = share * take * near.give;
    if (given < NEGLIGIBLE) continue;
    for (const [term, count] of near.own) window.set(term, (window.get(term) ?? 0) + given * count);
  }
  return window;
}
