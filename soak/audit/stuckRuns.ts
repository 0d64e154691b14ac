import { isOver, matchRuns, stateOf, type Evidence, type Finding } from "./evidence.js";

/** What goes on although everything is over, or did not end as it was meant to. */
export function stuckRuns(evidence: Evidence): Finding[] {
  const { runs, heads, leftOver, toolCalls } = evidence;
  const over = new Set(runs.filter(isOver).map(({ _id }) => _id));
  return [
    ...runs.filter((run) => !isOver(run)).map((run) => `run ${run._id} is ${stateOf(run)}`),
    ...heads
      .filter(({ activeRunId }) => activeRunId !== undefined)
      .map(({ threadId, activeRunId }) => `thread ${threadId} waits for run ${activeRunId}`),
    ...toolCalls
      .filter(({ runId, state }) => over.has(runId) && UNSETTLED.has(state.kind))
      .map(({ callId, state }) => `tool call ${callId} is ${state.kind} in a run that is over`),
    ...leftOver.map(({ table, row }) => `a row is left in ${table}: ${summaryOf(row)}`),
  ];
}

/** Runs that are over, but not as they were meant to be. */
export function wrongEnds(evidence: Evidence): Finding[] {
  return matchRuns(evidence).flatMap(({ script, ends, rows }) =>
    rows
      .filter((run) => isOver(run) && ends.every((end) => end !== stateOf(run)))
      .map((run) => `${script.key} is ${stateOf(run)}: ${run.state?.message ?? ""}`),
  );
}

const UNSETTLED = new Set(["pending", "started", "awaitingApproval", "awaitingResult"]);
const SUMMARY_CHARACTERS = 300;

const summaryOf = (row: Record<string, unknown>): string =>
  JSON.stringify(row, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)).slice(
    0,
    SUMMARY_CHARACTERS,
  );
