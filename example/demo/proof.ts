import type { Message } from "convex-agent-memory";
import type { ThreadTables, ToolCallRow } from "./tables.js";

/** How a stream of the thread ended, for each stream that was watched. */
export type StreamEnd = { streamId: string; state: string; code: string | null };

export type CrashEvidence = {
  /** What was committed shortly before the kill: all of it must still be there. */
  before: ThreadTables;
  /** What the tables hold after the run ended. */
  after: ThreadTables;
  streams: StreamEnd[];
};

export type CrashProof = {
  /** Steps that were paid for, or written, more than once. */
  duplicateSteps: number;
  /** What was saved and is gone or changed, and steps of a finished run without their message, result or payment. */
  lostSteps: number;
  /** Calls of a model or a tool that were under way at the kill and were made again. */
  repeatedCalls: number;
};

/** The code that the component gives a stream whose step was started again. */
const RESTARTED = "STEP_RESTARTED";
const SETTLED = ["done", "failed", "interrupted", "denied"];

/** What a crash did, counted from the tables alone. */
export function proveCrash({ before, after, streams }: CrashEvidence): CrashProof {
  return {
    duplicateSteps: countDuplicates(after),
    lostSteps: countGone(before, after) + countGaps(after),
    repeatedCalls:
      streams.filter(({ code }) => code === RESTARTED).length + countRepeatedTools(before, after),
  };
}

function countDuplicates({ usage, messages, toolCalls }: ThreadTables): number {
  const answers = usage.filter(({ purpose, runId }) => purpose === "answer" && runId !== undefined);
  return (
    repeats(answers.map(({ runId, step }) => `${runId}:${step}`)) +
    repeats(messages.map(({ turn, step }) => `${turn}:${step}`)) +
    repeats(toolCalls.map(({ runId, step }) => `${runId}:${step}`))
  );
}

/** Rows that were committed and are not there any more, or say something else. */
function countGone(before: ThreadTables, after: ThreadTables): number {
  const events = new Set(after.usage.map(({ eventId }) => eventId));
  const said = new Map(after.messages.map((message) => [message.messageId, contentOf(message)]));
  const calls = new Map(after.toolCalls.map((call) => [placeOf(call), call.state]));
  return (
    before.usage.filter(({ eventId }) => !events.has(eventId)).length +
    before.messages.filter(
      (message) => message.state.kind === "complete" && said.get(message.messageId) !== contentOf(message),
    ).length +
    before.toolCalls.filter((call) => SETTLED.includes(call.state) && calls.get(placeOf(call)) !== call.state)
      .length
  );
}

/** What a finished run must have and has not. */
function countGaps({ runs, messages, toolCalls, usage }: ThreadTables): number {
  const paid = new Set(
    usage.filter(({ purpose }) => purpose === "answer").map((row) => `${row.runId}:${row.step}`),
  );
  const results = new Set(
    messages.flatMap(({ turn, step, parts }) =>
      parts.flatMap((part) => (part.type === "toolResult" ? [`${turn}:${step}:${part.callId}`] : [])),
    ),
  );
  const unpaid = runs.flatMap(({ runId, steps }) =>
    Array.from({ length: steps }, (_, step) => `${runId}:${step}`).filter((step) => !paid.has(step)),
  );
  const unsaid = runs.filter(
    ({ runId, steps }) =>
      messages.filter((message) => message.runId === runId && message.role === "assistant").length < steps,
  );
  const unanswered = toolCalls.filter(({ turn, step, callId }) => !results.has(`${turn}:${step}:${callId}`));
  const unfinished = messages.filter(({ state }) => state.kind === "streaming");
  return unpaid.length + unsaid.length + unanswered.length + unfinished.length;
}

function countRepeatedTools(before: ThreadTables, after: ThreadTables): number {
  const done = new Set(after.toolCalls.filter(({ state }) => state === "done").map(placeOf));
  return before.toolCalls.filter((call) => call.state === "started" && done.has(placeOf(call))).length;
}

const placeOf = ({ runId, turn, step, callId }: ToolCallRow) => `${runId}:${turn}:${step}:${callId}`;
const contentOf = ({ turn, step, role, parts }: Message) => JSON.stringify([turn, step, role, parts]);
const repeats = (keys: string[]) => keys.length - new Set(keys).size;
