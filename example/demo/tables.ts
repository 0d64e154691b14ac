import type { ConvexClient } from "convex/browser";
import type { FunctionReturnType } from "convex/server";
import type { Message } from "convex-agent-memory";
import { api } from "../convex/_generated/api.js";
import type { Answer } from "./ask.js";

type RowOf<List extends (typeof api.reports)["listRuns" | "listToolCalls" | "listUsage"]> =
  FunctionReturnType<List>["page"][number];
export type RunRow = RowOf<typeof api.reports.listRuns>;
export type ToolCallRow = RowOf<typeof api.reports.listToolCalls> & { runId: string };
export type UsageRow = RowOf<typeof api.reports.listUsage>;

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
  const runs = await everyRow((cursor) => client.query(api.reports.listRuns, { threadId, cursor }));
  const usage = await everyRow((cursor) => client.query(api.reports.listUsage, { threadId, cursor }));
  const toolCalls: ToolCallRow[] = [];
  for (const { runId } of runs) {
    const rows = await everyRow((cursor) => client.query(api.reports.listToolCalls, { runId, cursor }));
    toolCalls.push(...rows.map((row) => ({ ...row, runId })));
  }
  messages.sort((left, right) => left.turn - right.turn || left.step - right.step);
  return { runs: runs.reverse(), messages, toolCalls, usage };
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
