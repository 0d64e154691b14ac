import { differences, groupBy, type Mismatch } from "./mismatch.js";
import type { EventRow, LedgerRows, RollupRow } from "./rows.js";

const DAY_MS = 24 * 60 * 60 * 1_000;
const SUMS = [
  "calls",
  "inputTokens",
  "cachedInputTokens",
  "cacheWriteTokens",
  "outputTokens",
  "reasoningTokens",
  "costMicros",
  "unpricedCalls",
  "estimatedCalls",
  "failedCalls",
  "ms",
] as const;
type Sums = Record<(typeof SUMS)[number], number>;

/**
 * Rollups that are not the sum of the events up to the mark, group by group: an event that is missing, counted twice or
 * counted although it lies behind the mark makes its groups differ.
 */
export function wrongRollups(
  rows: Pick<LedgerRows, "usageEvents" | "usageRollups" | "usageMarks" | "usageFolds" | "threads">,
): Mismatch[] {
  const { usageEvents, usageRollups, usageMarks } = rows;
  const removed = goneThreads(rows);
  const mark = usageMarks[0]?.commitTs ?? -1n;
  const folded = usageEvents.filter(({ commitTs }) => commitTs <= mark);
  const expected = sumUp(folded);
  const kept = groupBy(usageRollups, keyOfRow);
  return [
    ...single(rows),
    ...[...kept].flatMap(([key, [row, ...more]]) => [
      ...differences(
        { table: "usageRollups", id: row!._id },
        { expected: expected.get(key) ?? NOTHING, found: sumsOf(row!) },
      ),
      ...more.map(({ _id }) => ofRow(_id, `a second row of ${key}`)),
    ]),
    ...[...expected.keys()]
      .filter((key) => !kept.has(key) && !removed.has(subjectIn(key)))
      .map((key): Mismatch => ({
        ...{ table: "usageRollups", id: key, what: "row" },
        ...{ expected: "there", found: null },
      })),
  ];
}

/** Threads whose sums went with them, as subjects; their events stay. */
function goneThreads({ usageEvents, threads }: Pick<LedgerRows, "usageEvents" | "threads">): Set<string> {
  const there = new Set(threads.map(({ _id }) => _id));
  return new Set(
    usageEvents.flatMap(({ threadId }) =>
      threadId === undefined || there.has(threadId) ? [] : [`thread:${threadId}`],
    ),
  );
}

const ofRow = (id: string, what: string): Mismatch => ({
  ...{ table: "usageRollups", id, what },
  ...{ expected: null, found: "there" },
});

/** There is one mark and one row that says when the next fold is due. */
const single = ({ usageMarks, usageFolds }: Pick<LedgerRows, "usageMarks" | "usageFolds">): Mismatch[] =>
  (
    [
      ["usageMarks", usageMarks],
      ["usageFolds", usageFolds],
    ] as const
  ).flatMap(([table, rows]) =>
    rows.slice(1).map(({ _id }): Mismatch => ({
      ...{ table, id: _id, what: "a second row" },
      ...{ expected: null, found: "there" },
    })),
  );

/** Events behind the mark: a fold was to take them in. */
export function unfolded({
  usageEvents,
  usageMarks,
}: Pick<LedgerRows, "usageEvents" | "usageMarks">): EventRow[] {
  const mark = usageMarks[0]?.commitTs ?? -1n;
  return usageEvents.filter(({ commitTs }) => commitTs > mark);
}

type Group = Pick<RollupRow, "subject" | "day" | "provider" | "model" | "purpose" | "agentName">;
const keyOfRow = ({ subject, day, provider, model, purpose, agentName }: Group): string =>
  JSON.stringify([subject, day, provider, model, purpose, agentName ?? null]);

const subjectIn = (key: string): string => (JSON.parse(key) as [subject: string])[0];
const segment = (id = ""): string => encodeURIComponent(id.toWellFormed());

/** Each event once for everyone, its tenant and its user, by days, and once for its thread. */
function groupsOf(event: EventRow): Group[] {
  const { provider, model, purpose = "answer", agentName } = event;
  const day = Math.floor(event._creationTime / DAY_MS) * DAY_MS;
  const tenant = `t:${segment(event.tenantId)}`;
  const group = { day, provider, model, purpose, agentName };
  return [
    { ...group, subject: "*" },
    { ...group, subject: tenant },
    { ...group, subject: `${tenant}|u:${segment(event.userId)}` },
    ...(event.threadId === undefined ? [] : [{ ...group, subject: `thread:${event.threadId}`, day: 0 }]),
  ];
}

function sumUp(events: readonly EventRow[]): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const event of events) {
    const one = sumsOfEvent(event);
    for (const group of groupsOf(event)) {
      const key = keyOfRow(group);
      const sum = sums.get(key) ?? { ...NOTHING };
      for (const name of SUMS) sum[name] += one[name];
      sums.set(key, sum);
    }
  }
  return sums;
}

function sumsOfEvent(event: EventRow): Sums {
  return {
    calls: 1,
    inputTokens: event.inputTokens,
    cachedInputTokens: event.cachedInputTokens ?? 0,
    cacheWriteTokens: event.cacheWriteTokens ?? 0,
    outputTokens: event.outputTokens,
    reasoningTokens: event.reasoningTokens ?? 0,
    costMicros: event.costMicros ?? 0,
    unpricedCalls: event.costMicros === undefined ? 1 : 0,
    estimatedCalls: event.isEstimated === true ? 1 : 0,
    failedCalls: event.isFailed === true ? 1 : 0,
    ms: event.ms,
  };
}

const sumsOf = (row: RollupRow): Sums =>
  Object.fromEntries(SUMS.map((name) => [name, row[name]])) as Record<(typeof SUMS)[number], number>;

const NOTHING: Sums = Object.fromEntries(SUMS.map((name) => [name, 0])) as Sums;
