import { matchRuns, type Evidence, type Finding } from "./evidence.js";

/** A tool whose machine died while it ran may not have been run again: the model was told. */
const INTERRUPTED = "interrupted";

/** Calls that did not end as was decided about them, and denied ones that ran. */
export function wrongDecisions(evidence: Evidence): Finding[] {
  const ran = new Set(
    evidence.calls.flatMap((call) =>
      call.kind === "tool" && call.event === "started" ? [call.operationId] : [],
    ),
  );
  const calls = new Map(evidence.toolCalls.map((call) => [`${call.runId}:${call.callId}`, call]));
  return matchRuns(evidence).flatMap(({ script, decided = {}, rows }) =>
    rows.flatMap((run) =>
      Object.entries(decided).flatMap(([callId, end]) => {
        const call = calls.get(`${run._id}:${callId}`);
        if (call === undefined) return [`${script.key}: there is no call ${callId}`];
        const wasInterrupted = end === "done" && call.state.kind === INTERRUPTED;
        if (call.state.kind !== end && !wasInterrupted)
          return [`${callId} is ${call.state.kind}, not ${end}`];
        return end === "denied" && ran.has(`${run._id}:${call.step}`) ? [`${callId} was denied and ran`] : [];
      }),
    ),
  );
}
