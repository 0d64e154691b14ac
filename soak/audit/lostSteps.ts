import { stepsOf as stepsOfScript, textOf as textOfScript } from "../script.js";
import {
  groupBy,
  isComplete,
  isOver,
  matchRuns,
  PROMPT_STEP,
  stateOf,
  stepsOf,
  textOf,
  type Evidence,
  type Finding,
  type MessageRow,
  type RunRow,
} from "./evidence.js";

/** What was saved, or was to be said, and is not there. */
export function lostSteps(evidence: Evidence): Finding[] {
  const messages = groupBy(evidence.messages, ({ runId = "" }) => runId);
  const of = (run: RunRow) => messages.get(run._id) ?? [];
  return [
    ...evidence.runs.filter(isOver).flatMap((run) => gapsOf(run, of(run))),
    ...evidence.runs.filter((run) => stateOf(run) === "completed").flatMap((run) => unsaidOf(run, of(run))),
    ...unanswered(evidence),
    ...unheard(evidence),
    ...matchRuns(evidence).flatMap(({ script, asked, rows, isOptional }) => {
      if (rows.length === 0 && isOptional === true) return [];
      if (rows.length === 0)
        return [`${script.key}: ${asked.length === 0 ? "no prompt" : "a prompt without a run"}`];
      return rows
        .filter((run) => stateOf(run) === "completed")
        .flatMap((run) => misplayed(run, of(run), script));
    }),
  ];
}

/** Places that the run has used, without a message. */
function gapsOf(run: RunRow, messages: MessageRow[]): Finding[] {
  const first = run.firstStep ?? PROMPT_STEP + 1;
  const own = new Set(messages.filter(({ role }) => role !== "user").map(({ step }) => step));
  const places = Array.from({ length: (run.nextStep ?? first) - first }, (_, place) => first + place);
  const empty = places.filter((place) => !own.has(place));
  // What was said to it meanwhile stands between, with room for what was on its way.
  if (empty.length === (run.steered?.places ?? 0)) return [];
  return [`run ${run._id}: no message at step ${empty.join(", ")}`];
}

/** Steps of a completed run, without what the model said in them. */
function unsaidOf(run: RunRow, messages: MessageRow[]): Finding[] {
  const said = messages.filter((message) => message.role === "assistant" && isComplete(message)).length;
  return said === stepsOf(run) ? [] : [`run ${run._id}: ${stepsOf(run)} steps and ${said} complete answers`];
}

/** Calls of tools in runs that are over, without a result. */
function unanswered({ runs, toolCalls, messages }: Evidence): Finding[] {
  const over = new Map(runs.filter(isOver).map((run) => [run._id, run]));
  const results = new Set(
    messages.flatMap(({ runId, step, parts }) =>
      parts.flatMap(({ type, callId }) => (type === "toolResult" ? [`${runId}:${step}:${callId}`] : [])),
    ),
  );
  return toolCalls
    .filter(({ runId, step, callId }) => over.has(runId) && !results.has(`${runId}:${step}:${callId}`))
    .map(({ runId, callId }) => `run ${runId}: no result of ${callId}`);
}

/** What was said to a run under way, and is not in its thread. */
function unheard({ expected, messages }: Evidence): Finding[] {
  const texts = new Set(messages.filter(({ role }) => role === "user").map(textOf));
  return expected.flatMap(({ script, heard = [] }) =>
    heard.filter((text) => !texts.has(text)).map((text) => `${script.key}: nobody said "${text}"`),
  );
}

/** Steps of the script that were not played, or not to their end. */
function misplayed(
  run: RunRow,
  messages: MessageRow[],
  script: Parameters<typeof textOfScript>[0],
): Finding[] {
  const said = messages.filter(({ role }) => role === "assistant").sort((a, b) => a.step - b.step);
  const steps = Array.from({ length: stepsOfScript(script) }, (_, step) => step);
  return steps
    .filter((step) => !textOf(said[step] ?? NOTHING).includes(textOfScript(script, step)))
    .map((step) => `run ${run._id} (${script.key}): step ${step} does not say what it was to say`);
}

const NOTHING = { parts: [] } as unknown as MessageRow;
