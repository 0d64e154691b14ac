import type { WaitingTool } from "../script.js";
import { matchRuns, type Evidence, type Finding, type ToolCallRow } from "./evidence.js";

/** A tool whose machine died while it ran may not have been run again: the model was told. */
const INTERRUPTED = "interrupted";
/** Nobody answers it. */
const UNANSWERED_TOOL: WaitingTool = "fade";

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
        const was = endOf(call);
        const wasInterrupted = end === "done" && call.state.kind === INTERRUPTED;
        if (was !== end && !wasInterrupted) return [`${callId} is ${was}, not ${end}`];
        const mayNotRun = end === "denied" || end === "expired";
        return mayNotRun && ran.has(`${run._id}:${call.step}`) ? [`${callId} was ${end} and ran`] : [];
      }),
    ),
  );
}

/** How a call ended, as scenes say it. */
function endOf({ state: { kind }, decision, toolName }: ToolCallRow): string {
  if (kind === "denied") return decision?.kind === "expired" ? "expired" : kind;
  return kind === INTERRUPTED && toolName === UNANSWERED_TOOL ? "unanswered" : kind;
}
