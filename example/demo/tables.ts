import type { ConvexClient } from "convex/browser";
import type { Message, Run, ToolCall, UsageEvent } from "convex-agent-memory";
import { api } from "../convex/_generated/api.js";
import type { Answer } from "./ask.js";

/** What the demo shows, and sends as JSON, of the rows: no ids but those that tell them apart. */
export type RunRow = Pick<Run, "runId" | "turn" | "agentName" | "steps" | "totals"> & { state: string };
export type ToolCallRow = Pick<ToolCall, "callId" | "toolName" | "turn" | "step" | "ms"> & {
  runId: string;
  state: string;
};
export type UsageRow = Pick<
  UsageEvent,
  | "eventId"
  | "runId"
  | "step"
  | "provider"
  | "model"
  | "purpose"
  | "inputTokens"
  | "outputTokens"
  | "costMicros"
  | "ms"
>;

/** Everything that the tables hold about one thread, oldest first. */
export type ThreadTables = {
  runs: RunRow[];
  messages: Message[];
  toolCalls: ToolCallRow[];
  usage: UsageRow[];
};

/** An answer, with what the tables hold about its thread. */
export type Asked = { answer: Answer; tables: ThreadTables };

type Page<Row> = { page: Row[]; cursor: string | null };

/** Reads a thread's tables through the app's own functions, as the one who owns it. */
export async function readTables(client: ConvexClient, threadId: string): Promise<ThreadTables> {
  const messages = await everyRow((cursor) => client.query(api.chat.listMessages, { threadId, cursor }));
  const runs = await everyRow((cursor) => client.query(api.chat.listRuns, { threadId, cursor }));
  const usage = await everyRow((cursor) => client.query(api.spending.listUsage, { threadId, cursor }));
  const toolCalls: ToolCallRow[] = [];
  for (const { runId } of runs) {
    const rows = await everyRow((cursor) => client.query(api.chat.listToolCalls, { runId, cursor }));
    toolCalls.push(...rows.map((row) => toolCallRow(runId, row)));
  }
  messages.sort((left, right) => left.turn - right.turn || left.step - right.step);
  return { runs: runs.reverse().map(runRow), messages, toolCalls, usage: usage.map(usageRow) };
}

async function everyRow<Row>(read: (cursor: string | null) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = null; ;) {
    const next = await read(cursor);
    rows.push(...next.page);
    if (next.cursor === null) return rows;
    cursor = next.cursor;
  }
}

const runRow = ({ runId, turn, agentName, state, steps, totals }: Run): RunRow => ({
  ...{ runId, turn, agentName, steps, totals },
  state: state.kind,
});

const toolCallRow = (runId: string, { callId, toolName, turn, step, state, ms }: ToolCall): ToolCallRow => ({
  ...{ callId, toolName, turn, step, runId },
  state: state.kind,
  ...(ms === undefined ? {} : { ms }),
});

const usageRow = ({ eventId, runId, step, costMicros, ...event }: UsageEvent): UsageRow => {
  const { provider, model, purpose, inputTokens, outputTokens, ms } = event;
  return {
    ...{ eventId, runId, step, provider, model, purpose, inputTokens, outputTokens, ms },
    ...(costMicros === undefined ? {} : { costMicros }),
  };
};
