import {
  groupBy,
  matchRuns,
  repeated,
  type Evidence,
  type Finding,
  type RunRow,
  type UsageRow,
} from "./evidence.js";

const NS_PER_MS = 1_000_000;

/** Calls of the model that were made again: those under way at a kill are, and are no fault. */
export function repeatedCalls({ calls }: Evidence): Finding[] {
  return [...groupBy(startsOf(calls), ({ key, step }) => `${key} step ${step}`)].flatMap(([place, starts]) =>
    starts.slice(1).map(() => `${place} was asked again`),
  );
}

/**
 * Calls of the model that were made although their step was saved, or their run completed; or again by a host that had
 * made them before: no kill lies between.
 */
export function doublePaidCalls(evidence: Evidence): Finding[] {
  return [...afterSaved(evidence), ...withoutKill(evidence)];
}

function afterSaved(evidence: Evidence): Finding[] {
  const runs = new Map(matchRuns(evidence).map(({ script, rows }) => [script.key, rows]));
  const events = groupBy(evidence.usage.filter(isAnswer), ({ runId = "", step }) => `${runId}:${step}`);
  const savedAt = ({ _id, state }: RunRow, step: number): number =>
    Math.min(
      ...(events.get(`${_id}:${step}`) ?? []).map(({ commitTs }) => Number(commitTs) / NS_PER_MS),
      state?.kind === "completed" ? (state.endedAt ?? Infinity) : Infinity,
    );
  return startsOf(evidence.calls)
    .filter(({ key, step, at }) => (runs.get(key) ?? []).some((run) => savedAt(run, step) < at))
    .map(({ key, step }) => `${key} step ${step} was asked after it was saved`);
}

const withoutKill = ({ calls }: Evidence): Finding[] =>
  repeated(startsOf(calls), ({ key, step, process }) => `${key} step ${step} by ${process}`).map(
    ([place, count]) => `${place} was asked ${count} times by one host`,
  );

const isAnswer = ({ purpose }: UsageRow): boolean => purpose === undefined;

const startsOf = (calls: Evidence["calls"]) =>
  calls.flatMap((entry) => (entry.kind === "model" && entry.event === "started" ? [entry] : []));
