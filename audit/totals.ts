import { differences, groupBy, type Mismatch } from "./mismatch.js";
import { isOver, type EventRow, type LedgerRows, type LedgerRun } from "./rows.js";

type Totals = {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costMicros: number;
  unpricedCalls: number;
};
const NAMES = ["calls", "inputTokens", "outputTokens", "costMicros", "unpricedCalls"] as const;

/**
 * Runs whose totals are not the sum of their calls, with those of the runs that they asked and that those asked. A run
 * under way counts what it asked for with its next step: until then anything between is right.
 */
export function wrongTotals({ runs, usageEvents }: Pick<LedgerRows, "runs" | "usageEvents">): Mismatch[] {
  const own = groupBy(usageEvents.filter(isCounted), ({ runId = "" }) => runId);
  const asked = askedBy(runs, usageEvents);
  const sumOf = (runId: string): Totals =>
    [...(asked.get(runId) ?? [])].map(sumOf).reduce(add, sumEvents(own.get(runId) ?? []));
  return runs.flatMap((run) => {
    const [least, most, found] = [sumEvents(own.get(run._id) ?? []), sumOf(run._id), totalsOf(run)];
    if (!isOver(run) && NAMES.every((name) => least[name] <= found[name] && found[name] <= most[name]))
      return [];
    return differences({ table: "runs", id: run._id }, { expected: most, found });
  });
}

/** Only what a run's own calls used has a step; what was recorded for it from outside has none. */
export const isCounted = ({ runId, step }: EventRow): boolean => runId !== undefined && step !== undefined;

/** The runs below each run; those that were removed are known by their events alone. */
function askedBy(runs: readonly LedgerRun[], events: readonly EventRow[]): Map<string, Set<string>> {
  const asked = new Map<string, Set<string>>();
  const note = (parent: string | undefined, child: string) => {
    if (parent === undefined) return;
    const children = asked.get(parent) ?? new Set();
    asked.set(parent, children.add(child));
  };
  for (const { _id, parentRunId } of runs) note(parentRunId, _id);
  for (const { runId, parentRunId } of events) if (runId !== undefined) note(parentRunId, runId);
  return asked;
}

const add = (one: Totals, other: Totals): Totals =>
  Object.fromEntries(NAMES.map((name) => [name, one[name] + other[name]])) as Totals;

export const sumEvents = (events: readonly EventRow[]): Totals => {
  const sum = { calls: 0, inputTokens: 0, outputTokens: 0, costMicros: 0, unpricedCalls: 0 };
  for (const { inputTokens, outputTokens, costMicros } of events) {
    sum.calls += 1;
    sum.inputTokens += inputTokens;
    sum.outputTokens += outputTokens;
    sum.costMicros += costMicros ?? 0;
    sum.unpricedCalls += costMicros === undefined ? 1 : 0;
  }
  return sum;
};

/** As they are meant: `calls` is left out where each saved a step, the cost where none is known. */
function totalsOf({ steps = 0, totals }: LedgerRun): Totals {
  const { calls = steps, inputTokens = 0, outputTokens = 0, costMicros, unpricedCalls } = totals ?? {};
  return {
    ...{ calls, inputTokens, outputTokens },
    costMicros: costMicros ?? 0,
    unpricedCalls: costMicros === undefined ? calls : (unpricedCalls ?? 0),
  };
}
