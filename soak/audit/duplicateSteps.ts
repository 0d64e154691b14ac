import { stepsOf as stepsOfScript, textOf as textOfScript, type Script } from "../script.js";
import {
  groupBy,
  matchRuns,
  repeated,
  textOf,
  type Evidence,
  type Finding,
  type MessageRow,
} from "./evidence.js";

/** Tools that may run twice with one `operationId`. */
const IDEMPOTENT = new Set(["look"]);

/** What is there twice: places, prompts, runs, texts, rows of calls, and tools that ran again. */
export function duplicateSteps(evidence: Evidence): Finding[] {
  const { messages, toolCalls, notes } = evidence;
  const twice = <Item>(what: string, items: readonly Item[], keyOf: (item: Item) => string) =>
    repeated(items, keyOf).map(([key, count]) => `${count} ${what} ${key}`);
  return [
    ...twice("messages at", messages, ({ threadId, turn, step }) => `${threadId}:${turn}:${step}`),
    ...twice("tool calls at", toolCalls, ({ runId, step }) => `${runId}:${step}`),
    ...twice("prompts", messages.filter(isUsers), textOf),
    ...twice("notes of", notes, ({ operationId }) => operationId),
    ...matchRuns(evidence).flatMap(({ script, rows }) =>
      rows.length > 1 ? [`${rows.length} runs of ${script.key}`] : [],
    ),
    ...saidTwice(evidence),
    ...ranTwice(evidence),
  ];
}

const isUsers = ({ role }: MessageRow): boolean => role === "user";

/** Steps that say more than they were to say, or the same as another. */
function saidTwice(evidence: Evidence): Finding[] {
  const messages = groupBy(evidence.messages, ({ runId = "" }) => runId);
  return matchRuns(evidence).flatMap(({ script, rows }) =>
    rows.flatMap((run) => {
      const said = (messages.get(run._id) ?? []).filter(({ role }) => role === "assistant");
      return said.flatMap((message) => excessOf(message, script));
    }),
  );
}

function excessOf(message: MessageRow, script: Script): Finding[] {
  const text = textOf(message);
  const length = Math.max(stepsOfScript(script), message.step + 1);
  const expected = Array.from({ length }, (_, step) => textOfScript(script, step));
  // What was canceled in the middle is the start of a step.
  if (text === "" || expected.some((whole) => whole.startsWith(text))) return [];
  return [`message ${message._id} (${script.key}) says "${text}"`];
}

function ranTwice({ calls }: Evidence): Finding[] {
  const starts = calls.flatMap((entry) =>
    entry.kind === "tool" && entry.event === "started" && !IDEMPOTENT.has(entry.tool) ? [entry] : [],
  );
  return repeated(starts, ({ tool, operationId }) => `${tool} ${operationId}`).map(
    ([key, count]) => `tool ${key} ran ${count} times`,
  );
}
