import { groupBy, isAnswer, matchRuns, type Evidence, type Finding, type RunRow } from "./evidence.js";

const NS_PER_MS = 1_000_000;

/** Calls of the model that were made again: those under way at a kill are, and are no fault. */
export const repeatedCalls = ({ calls }: Evidence): Finding[] =>
  askedAgain(calls, ({ key, step }) => `${key} step ${step}`).flatMap(([place, times]) =>
    Array.from({ length: times }, () => `${place} was asked again`),
  );

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
  askedAgain(calls, ({ key, step, process }) => `${key} step ${step} by ${process}`).map(
    ([place, times]) => `${place} was asked ${times + 1} times by one host`,
  );

/** How often more than once each was asked; after a failure of the provider it is to be asked again. */
const askedAgain = (
  calls: Evidence["calls"],
  placeOf: (call: ModelCall) => string,
): [place: string, times: number][] =>
  [...groupBy(calls.filter(isModelCall), placeOf)].flatMap(([place, entries]): [string, number][] => {
    const count = (event: ModelCall["event"]) => entries.filter((entry) => entry.event === event).length;
    const times = count("started") - count("failed") - 1;
    return times > 0 ? [[place, times]] : [];
  });

type ModelCall = Extract<Evidence["calls"][number], { kind: "model" }>;
const isModelCall = (entry: Evidence["calls"][number]): entry is ModelCall => entry.kind === "model";

const startsOf = (calls: Evidence["calls"]) =>
  calls.filter(isModelCall).filter(({ event }) => event === "started");
