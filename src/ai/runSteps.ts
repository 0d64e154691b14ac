import type { Message, StepResult, StepSaved } from "../client/index.js";
import type { ShownLong } from "../shared/contextTrace.js";
import { longShown, shortenForModel, tokensOf } from "../shared/partBodies.js";
import type { ModelAnswer } from "./modelCall.js";

type Step = {
  threadId: string;
  turn: number;
  answer: ModelAnswer;
  saved: StepSaved;
  results: readonly StepResult[];
};

/** A saved step as rows: what was said, then the results, shortened as the component would shorten them. */
export function rowsOfStep({ threadId, turn, answer, saved, results }: Step): {
  messages: Message[];
  long: ShownLong[];
} {
  const placeOf = (callId: string): number => saved.calls.find((call) => call.callId === callId)?.step ?? 0;
  const place = Math.min(...saved.calls.map(({ step }) => step)) - 1; // results' places follow their message's
  const row = { threadId, turn, state: { kind: "complete" as const }, createdAt: 0 };
  const { parts } = answer;
  const said: Message = {
    ...row,
    messageId: saved.messageId ?? "",
    step: place,
    role: "assistant",
    parts,
    tokens: tokensOf(parts),
  };
  const long = longShown(parts, parts).map(([part, bytes]): ShownLong => [place, part, bytes]);
  const rows = results.map(({ callId, part }): Message => {
    const shown = shortenForModel(part);
    const step = placeOf(callId);
    long.push(...longShown([part], [shown]).map(([index, bytes]): ShownLong => [step, index, bytes]));
    return { ...row, messageId: "", step, role: "tool", parts: [shown], tokens: tokensOf([shown]) };
  });
  return { messages: [said, ...rows.sort((left, right) => left.step - right.step)], long };
}
