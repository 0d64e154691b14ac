import { isOver, matchRuns, stateOf, type Evidence, type Finding, type LeftOver } from "./evidence.js";

/** What goes on although everything is over, or did not end as it was meant to. */
export function stuckRuns(evidence: Evidence): Finding[] {
  const { runs, heads, leftOver, toolCalls } = evidence;
  const over = new Set(runs.filter(isOver).map(({ _id }) => _id));
  return [
    ...runs.filter((run) => !isOver(run)).map((run) => `run ${run._id} is ${stateOf(run)}`),
    ...heads
      .filter(({ activeRunId }) => activeRunId !== undefined)
      .map(({ threadId, activeRunId }) => `thread ${threadId} waits for run ${activeRunId}`),
    ...heads
      .filter(({ queuedRuns = 0 }) => queuedRuns > 0)
      .map(({ threadId, queuedRuns }) => `thread ${threadId} counts ${queuedRuns} runs that wait`),
    ...toolCalls
      .filter(({ runId, state }) => over.has(runId) && UNSETTLED.has(state.kind))
      .map(({ callId, state }) => `tool call ${callId} is ${state.kind} in a run that is over`),
    ...leftOver
      .filter(isUnexpected(evidence))
      .map(({ table, row }) => `a row is left in ${table}: ${summaryOf(row)}`),
  ];
}

/**
 * Where a module was renamed its workflows cannot be told that they ended, which the workflow component notes: once a
 * run that failed for that.
 */
function isUnexpected({ expected }: Evidence): (left: LeftOver) => boolean {
  let noted = expected.filter(({ code }) => code === "RUN_CODE_MOVED").length;
  return ({ table, row }) =>
    table !== "onCompleteFailures" || !String(row["error"]).includes("Could not find module") || noted-- <= 0;
}

/** Runs that are over, but not as they were meant to be. */
export function wrongEnds(evidence: Evidence): Finding[] {
  return matchRuns(evidence).flatMap(({ script, ends, code, rows }) =>
    rows
      .filter(isOver)
      .filter((run) => ends.every((end) => end !== stateOf(run)) || run.state?.code !== code)
      .map((run) => `${script.key} is ${stateOf(run)}: ${run.state?.code ?? ""} ${run.state?.message ?? ""}`),
  );
}

/** Runs that were asked before the one that they had to wait for was over, or before their time. */
export function wrongOrder(evidence: Evidence): Finding[] {
  const endedAt = new Map(
    matchRuns(evidence).map(({ script, rows }) => [script.key, rows[0]?.state?.endedAt]),
  );
  return evidence.expected.flatMap(({ script, after = "", startAt = 0 }) => {
    const askedAt = evidence.calls.find((call) => call.kind === "model" && call.key === script.key)?.at;
    const overAt = endedAt.get(after) ?? 0;
    if (askedAt === undefined) return [];
    return [
      ...(askedAt < overAt ? [`${script.key} was asked before ${after} was over`] : []),
      ...(askedAt < startAt ? [`${script.key} was asked before its time`] : []),
    ];
  });
}

const UNSETTLED = new Set(["pending", "started", "awaitingApproval", "awaitingResult"]);
const SUMMARY_CHARACTERS = 300;

const summaryOf = (row: Record<string, unknown>): string =>
  JSON.stringify(row, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)).slice(
    0,
    SUMMARY_CHARACTERS,
  );
