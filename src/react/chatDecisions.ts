import type { UIMessage } from "ai";
import type { UIPart } from "../parts/codec.js";
import type { WaitingCall } from "../validators/run.js";
import type { RunApi } from "./runApi.js";

type Decided = {
  decisions: Omit<RunApi["decideApproval"]["_args"], "runId">[];
  answers: Omit<RunApi["answerTool"]["_args"], "runId">[];
};
type ToolUI = Extract<UIPart, { type: "dynamic-tool" }>;

/** What was decided and answered in a message about the calls that wait. Of calls with one id the last is meant. */
export function decisionsFor(parts: UIMessage["parts"], waiting: readonly WaitingCall[]): Decided {
  const decided: Decided = { decisions: [], answers: [] };
  for (const { callId, step, kind } of waiting) {
    const call = parts.findLast(
      (part): part is ToolUI => part.type === "dynamic-tool" && part.toolCallId === callId,
    );
    if (call === undefined) continue;
    if (kind === "approval" && call.state === "approval-responded") {
      const { approved, reason } = call.approval;
      decided.decisions.push({ callId, step, approved, reason });
    }
    if (kind === "result" && call.state === "output-available")
      decided.answers.push({ callId, output: call.output });
    if (kind === "result" && call.state === "output-error")
      decided.answers.push({ callId, error: call.errorText });
  }
  return decided;
}
