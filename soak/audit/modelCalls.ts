import { groupBy, matchRuns, stateOf, type Evidence, type Finding } from "./evidence.js";

const NS_PER_MS = 1_000_000;

/** Calls of the model that were made again: those under way at a kill are, and are no fault. */
export function repeatedCalls({ calls }: Evidence): Finding[] {
  return [...groupBy(startsOf(calls), ({ key, step }) => `${key} step ${step}`)].flatMap(([place, starts]) =>
    starts.slice(1).map(() => `${place} was asked again`),
  );
}

/** Calls that were made although their step was saved, or their run over. */
export function doublePaidCalls(evidence: Evidence): Finding[] {
  const savedAt = new Map<string, number>();
  const events = groupBy(evidence.usage, ({ runId = "" }) => runId);
  const overAt = new Map<string, number>();
  for (const { script, rows } of matchRuns(evidence))
    for (const run of rows) {
      for (const { step, commitTs, purpose } of events.get(run._id) ?? [])
        if (purpose === undefined && step !== undefined)
          savedAt.set(`${script.key}:${step}`, Number(commitTs) / NS_PER_MS);
      const endedAt = (run.state as { endedAt?: number } | undefined)?.endedAt;
      if (stateOf(run) === "completed" && endedAt !== undefined) overAt.set(script.key, endedAt);
    }
  return startsOf(evidence.calls).flatMap(({ key, step, at }) => {
    const isPaid = (savedAt.get(`${key}:${step}`) ?? Infinity) < at;
    const isOver = (overAt.get(key) ?? Infinity) < at;
    return isPaid || isOver ? [`${key} step ${step} was asked after it was saved`] : [];
  });
}

const startsOf = (calls: Evidence["calls"]) =>
  calls.flatMap((entry) => (entry.kind === "model" && entry.event === "started" ? [entry] : []));
