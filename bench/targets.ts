// What our side is to reach, as the design sets it.
import { ANSWER_DELTAS } from "./material/turn.js";
import type { Results } from "./workloads/index.js";
import type { DurableCounts } from "./workloads/durable.js";
import type { LedgerCounts } from "./workloads/ledger.js";
import type { RecallCounts } from "./workloads/recall.js";

/** One line of the table: a count on both sides and, where there is one, its target for ours. */
export type Line = {
  work: string;
  count: string;
  ours: number;
  peer: number | null;
  /** The component for retrieval, where a workload has it as a third side. */
  rag?: number | null;
  target?: { text: string; isMet: boolean };
};

type Numbers = Record<string, number>;

/** The most that a count of ours may be. */
const LIMITS: { [Name in keyof Results]?: Numbers } = {
  turn: {
    componentCalls: 3,
    indexRanges: 12,
    documentsRead: 10,
    bytesRead: 7_000,
    documentsWritten: 18,
    bytesWritten: 9_000,
  },
  summaryTurn: { componentCalls: 3, documentsWritten: 18 },
  hybridTurn: { componentCalls: 4, embeddingCalls: 1 },
  stream: { watcherRunsPerDelta: 1.3, watcherRunsPerDeltaDistinct: 3.6 },
  firstPage: { indexRanges: 3, documentsRead: 22, bytesRead: 25_000 },
  threadList: { executions: 2, documentsRead: 105 },
  deleteThread: { executions: 60, readsPerRow: 1.1 },
  stored: { ratio: 1.3 },
  recall: { rowsRead: 500, bytesRead: 262_144 },
  page: { firstMessageMs: 1_500, mostRows: 40 },
};

/** Sizes from which on a turn may not grow, how far apart they may be, and the share of the peer's bytes to read. */
const FLAT_SIZES = ["100", "1000", "10000"];
const FLAT_WITHIN = 0.05;
const SHARE_OF_PEER = 0.7;

/** The lines of the workloads that ran, in the order in which they ran. */
export function linesOf(results: Partial<Results>): Line[] {
  const { longThread, recall, durable, streamPresets, ledger, ...pairs } = results;
  const shaped: Record<string, Line[] | undefined> = {
    longThread: longThread && longThreadLines(longThread),
    durable: durable && durableLines(durable.ours),
    streamPresets: streamPresets && bySizeLines("streamPresets", streamPresets.ours),
    ledger: ledger && ledgerLines(ledger.ours),
    recall: recall && recallLines(recall),
  };
  return Object.keys(results).flatMap((work) => {
    if (work in shaped) return shaped[work] ?? [];
    const { ours, peer } = pairs[work as keyof typeof pairs] ?? { ours: {}, peer: null };
    return pairLines(work, withPerDelta({ ...ours }), peer && withPerDelta({ ...peer }));
  });
}

/** The third side beside the other two; what was not timed is left out. */
function recallLines({ ours, convexAgent, convexRag }: Results["recall"]): Line[] {
  const rag: Numbers = timedOnly(convexRag);
  return pairLines("recall", timedOnly(ours), timedOnly(convexAgent)).map((line) => ({
    ...line,
    rag: rag[line.count] ?? null,
  }));
}

const timedOnly = ({ p50Ms, ...counts }: RecallCounts): Numbers =>
  p50Ms === null ? counts : { ...counts, p50Ms };

function pairLines(work: string, ours: Numbers, peer: Numbers | null): Line[] {
  return lineUp(work, ours, LIMITS[work as keyof Results] ?? {}).map((line) => ({
    ...line,
    peer: peer?.[line.count] ?? null,
  }));
}

/** A line for each count, with its limit where it has one. */
function lineUp(work: string, ours: Numbers, limits: Numbers): Line[] {
  return Object.entries(ours).map(([count, value]) => {
    const limit = limits[count];
    const line = { work, count, ours: value, peer: null };
    return limit === undefined ? line : { ...line, target: { text: `≤ ${limit}`, isMet: value <= limit } };
  });
}

/** The most that a step of a durable run may cost; the longest run's not more than this share above the shortest's. */
const STEP_LIMITS: Numbers = { componentCalls: 2, functions: 25, journalBytes: 600 };
/** What a step more costs is held to be the same in a long run; its functions are limited with those of the run. */
const STEP_MORE_LIMITS: Numbers = { componentCalls: 2, journalBytes: 600 };
const FLAT_COUNTS = ["functions", "journalBytes"];

function durableLines({ perStep, perStepMore, perStepTogether, perStepParallel }: DurableCounts): Line[] {
  return [
    ...stepLines("durable", perStep, STEP_LIMITS),
    ...stepLines("durable, more", perStepMore, STEP_MORE_LIMITS),
    ...lineUp("durable, 10 at once", { ...perStepTogether }, STEP_LIMITS),
    ...lineUp("durable, 2 tools a step", { ...perStepParallel }, STEP_LIMITS),
  ];
}

/** The most days of a month, each with a row for each group, and the events behind the mark that a sum may read. */
const MONTH_DAYS = 31;
const MOST_TAIL = 500;

/** The ledger's own share of a turn, the sum of a month, and whole turns: prices and budgets make no call of their own. */
function ledgerLines({ turns, ...counts }: LedgerCounts): Line[] {
  const most = MONTH_DAYS * counts.groups + counts.tail;
  const limits = { documentsWritten: 1, componentCalls: 0, summaryDocumentsRead: most, tail: MOST_TAIL };
  const ofTurns = Object.entries(turns).flatMap(([name, turn]) =>
    lineUp(`ledger, a turn ${name}`, { ...turn }, { componentCalls: turns.plain.componentCalls }),
  );
  return [...lineUp("ledger", counts, limits), ...ofTurns];
}

/** The counts of runs of different lengths, the last of which must not cost more a step than the first. */
function stepLines(work: string, bySize: Record<string, Numbers>, limits: Numbers): Line[] {
  const sizes = Object.keys(bySize);
  const [first = ""] = sizes;
  return sizes.flatMap((size) =>
    lineUp(`${work} ${size}`, bySize[size] ?? {}, limits).map((line) => {
      if (size === first || size !== sizes.at(-1) || !FLAT_COUNTS.includes(line.count)) return line;
      const isFlat = line.ours <= (1 + FLAT_WITHIN) * (bySize[first]?.[line.count] ?? NaN);
      const flat = `≤ ${1 + FLAT_WITHIN} × that of ${first}`;
      const { target } = line;
      if (target === undefined) return { ...line, target: { text: flat, isMet: isFlat } };
      return { ...line, target: { text: `${target.text}, ${flat}`, isMet: target.isMet && isFlat } };
    }),
  );
}

const bySizeLines = (work: string, bySize: Record<string, Numbers>): Line[] =>
  Object.entries(bySize).flatMap(([size, counts]) => lineUp(`${work} ${size}`, { ...counts }, {}));

/** The targets speak of runs a delta. */
function withPerDelta(counts: Numbers): Numbers {
  const { watcherQueryRuns, watcherQueryRunsDistinct } = counts;
  if (watcherQueryRuns === undefined || watcherQueryRunsDistinct === undefined) return counts;
  return {
    ...counts,
    watcherRunsPerDelta: watcherQueryRuns / ANSWER_DELTAS.length,
    watcherRunsPerDeltaDistinct: watcherQueryRunsDistinct / ANSWER_DELTAS.length,
  };
}

function longThreadLines({ ours, peer }: Results["longThread"]): Line[] {
  const first = FLAT_SIZES[0] ?? "";
  return Object.entries(ours).flatMap(([size, counts]) => {
    const lines = pairLines(`longThread ${size}`, { ...counts }, { ...peer[size] });
    if (!FLAT_SIZES.includes(size)) return lines;
    return lines.map((line) => {
      if (line.count !== "bytesRead") return line;
      const share = line.ours / (line.peer ?? Infinity);
      const drift = Math.abs(line.ours / (ours[first]?.bytesRead ?? NaN) - 1);
      const text = `≤ ${SHARE_OF_PEER} × peer, = ${first} ± ${FLAT_WITHIN * 100} %`;
      return { ...line, target: { text, isMet: share <= SHARE_OF_PEER && drift <= FLAT_WITHIN } };
    });
  });
}
