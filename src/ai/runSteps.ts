import type { Message, StepResult, StepSaved } from "../client/index.js";
import type { ShownLong } from "../shared/contextTrace.js";
import { longShown, shortenForModel, tokensOf } from "../shared/partBodies.js";
import type { RunContext } from "./runContext.js";
import type { ModelAnswer } from "./modelCall.js";

type Step = { answer: ModelAnswer; saved: StepSaved; results: readonly StepResult[] };

/**
 * Adds a saved step to the context of its run: what was said, then the results, shortened as the component would
 * shorten them, then what the user said meanwhile. Results are saved with the step after them: until then they have no id, and then they get it.
 */
export function addStep(context: RunContext, { answer, saved, results }: Step): void {
  const ids = new Map(saved.results?.map(({ callId, messageId }) => [callId, messageId]));
  const { messages, long } = rowsOf(context, { answer, saved, results });
  const { steered } = saved;
  const before = context.history.map((message) => withId(message, ids));
  context.history = [...before, ...messages, ...(steered?.messages ?? [])];
  context.long = [...context.long, ...long, ...((steered?.long ?? []) as ShownLong[])];
}

/** Results of the step before have no id yet; a model may have numbered older ones alike, which have one. */
function withId(message: Message, ids: ReadonlyMap<string, string>): Message {
  const [part] = message.parts;
  const messageId = part?.type === "toolResult" ? ids.get(part.callId) : undefined;
  return message.messageId !== "" || messageId === undefined ? message : { ...message, messageId };
}

function rowsOf(
  { threadId, turn, history }: RunContext,
  { answer, saved, results }: Step,
): { messages: Message[]; long: ShownLong[] } {
  const row = { threadId, turn, state: { kind: "complete" as const }, createdAt: Date.now() };
  const { parts } = answer;
  const said: Message = {
    ...row,
    messageId: saved.messageId ?? "",
    step: placeOfAnswer(saved, history),
    role: "assistant",
    parts,
    tokens: tokensOf(parts),
  };
  const long = longShown(parts, parts).map(([part, bytes]): ShownLong => [said.step, part, bytes]);
  const rows = results.flatMap(({ callId, part }): Message[] => {
    const step = saved.calls.find((call) => call.callId === callId)?.step;
    if (step === undefined) return [];
    const shown = shortenForModel(part);
    long.push(...longShown([part], [shown]).map(([index, bytes]): ShownLong => [step, index, bytes]));
    return [{ ...row, messageId: "", step, role: "tool", parts: [shown], tokens: tokensOf([shown]) }];
  });
  return { messages: [said, ...rows.sort((left, right) => left.step - right.step)], long };
}

/** Results' places follow their message's; an answer without calls stands behind what is there. */
function placeOfAnswer({ calls }: StepSaved, history: readonly Message[]): number {
  const [first] = calls.map(({ step }) => step).sort((left, right) => left - right);
  return first === undefined ? (history.at(-1)?.step ?? 0) + 1 : first - 1;
}
