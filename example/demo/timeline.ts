import type { Message } from "convex-agent-memory";
import type { ThreadTables, ToolCallRow, UsageRow } from "./tables.js";

/** One thing that a run did: a call of the model, or of a tool. */
export type TimelineRow = {
  step: string;
  what: string;
  inputTokens: number | null;
  outputTokens: number | null;
  ms: number | null;
};

/** What the runs of a thread did, in the order of their places. */
export function timelineOf({ messages, runs, toolCalls, usage }: ThreadTables): TimelineRow[] {
  return runs.flatMap(({ runId }) => {
    const spent = usage.filter((event) => event.runId === runId);
    const answers = spent.filter(({ purpose }) => purpose === "answer");
    const others = spent.filter(({ purpose }) => purpose !== "answer");
    let modelStep = 0;
    const done = messages
      .filter((message) => message.runId === runId)
      .map((message) => {
        if (message.role !== "assistant") return toolRow(message, toolCalls);
        const place = modelStep++;
        const event = answers.find(({ step }) => step === place);
        return event === undefined ? null : modelRow(placeOf(message), event);
      });
    return [...others.map((event) => modelRow("·", event)), ...done.filter((row) => row !== null)];
  });
}

function toolRow(message: Message, toolCalls: ToolCallRow[]): TimelineRow | null {
  const call = toolCalls.find(({ turn, step }) => turn === message.turn && step === message.step);
  if (call === undefined) return null;
  const what = `tool ${call.toolName}${call.state === "done" ? "" : ` (${call.state})`}`;
  return { step: placeOf(message), what, inputTokens: null, outputTokens: null, ms: call.ms ?? null };
}

function modelRow(step: string, event: UsageRow): TimelineRow {
  const { inputTokens, outputTokens, ms } = event;
  const what = `${event.purpose === "embedding" ? "embedding" : "model"} ${nameOf(event)}`;
  return { step, what, inputTokens, outputTokens, ms };
}

const placeOf = ({ turn, step }: Message) => `${turn}.${step}`;

/** `openai.chat` and its like name an endpoint: the provider is enough. */
export const nameOf = ({ provider, model }: { provider: string; model: string }) =>
  `${provider.split(".", 1)[0]}/${model}`;
