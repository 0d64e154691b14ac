// A dataset through the component on the embedded host: every turn appended, every question asked.
import { fileURLToPath } from "node:url";
import { startHost, totalCounts, type Host } from "../host/index.js";
import type { Conversation, Dataset, Turn } from "./conversations.js";
import type { Ranked } from "./metrics.js";

const appDirectory = fileURLToPath(new URL("./app", import.meta.url));
/** Turns of one append. */
const APPENDED_AT_ONCE = 100;

/** What one recall costs: the median, and the most. */
export type Cost = {
  p50Ms: number;
  rowsRead: number;
  maxRowsRead: number;
  bytesRead: number;
  maxBytesRead: number;
};
export type Evaluation = { ranked: Ranked[]; cost: Cost };
export type EvaluationOptions = { oneUser: boolean; onProgress?: (line: string) => void };

/** A conversation as it is stored: turns go by the ids of their messages. */
type Stored = { conversation: Conversation; userId: string; threadId: string; turnOf: Map<string, string> };

/** Ingests a dataset on a fresh host and asks all its questions. */
export async function evaluate(dataset: Dataset, options: EvaluationOptions): Promise<Evaluation> {
  const host = await startHost({ appDirectory, listen: false });
  try {
    const stored: Stored[] = [];
    for (const [index, conversation] of dataset.conversations.entries()) {
      options.onProgress?.(`ingesting ${conversation.name}`);
      stored.push(await ingest(host, conversation, options.oneUser ? "everyone" : `user-${index}`));
    }
    options.onProgress?.("asking");
    return await askAll(host, stored, options);
  } finally {
    await host.close();
  }
}

async function ingest(host: Host, conversation: Conversation, userId: string): Promise<Stored> {
  const threadId = (await host.call("mutation", "memory:createThread", { userId })) as string;
  const turnOf = new Map<string, string>();
  const { turns } = conversation;
  for (let start = 0; start < turns.length; start += APPENDED_AT_ONCE) {
    const page = turns.slice(start, start + APPENDED_AT_ONCE);
    const messages = page.map(toMessage);
    const ids = (await host.call("mutation", "memory:append", { userId, threadId, messages })) as string[];
    // The same turn may have the same id in two conversations of one user.
    ids.forEach((id, index) => turnOf.set(id, idIn(threadId, page[index]?.id ?? "")));
  }
  await host.call("action", "memory:embedPending", { userId, threadId });
  return { conversation, userId, threadId, turnOf };
}

/** Both sides of a LoCoMo conversation are people. */
const toMessage = ({ speaker, text, saidAt }: Turn) => ({
  role: "user",
  parts: [{ type: "text", text }],
  speaker,
  saidAt,
});

const idIn = (threadId: string, turn: string): string => `${threadId}/${turn}`;

type Hit = { sourceId: string; tokens: number };

async function askAll(
  host: Host,
  stored: readonly Stored[],
  { oneUser }: EvaluationOptions,
): Promise<Evaluation> {
  const turnOf = new Map(stored.flatMap((each) => [...each.turnOf]));
  const ranked: Ranked[] = [];
  const costs: { ms: number; rows: number; bytes: number }[] = [];
  for (const { conversation, userId, threadId } of stored) {
    for (const { text: query, category, gold } of conversation.questions) {
      host.spans.start();
      const startedAt = performance.now();
      const asked = { userId, query, ...(oneUser ? {} : { threadId }) };
      const hits = (await host.call("action", "memory:ask", asked)) as Hit[];
      const { documentsRead, bytesRead } = totalCounts(host.spans.stop());
      costs.push({ ms: performance.now() - startedAt, rows: documentsRead, bytes: bytesRead });
      ranked.push({
        category,
        gold: gold.map((turn) => idIn(threadId, turn)),
        hits: hits.map(({ sourceId, tokens }) => ({ id: turnOf.get(sourceId) ?? "", tokens })),
      });
    }
  }
  return { ranked, cost: costOf(costs) };
}

function costOf(costs: readonly { ms: number; rows: number; bytes: number }[]): Cost {
  const rows = costs.map((cost) => cost.rows);
  const bytes = costs.map((cost) => cost.bytes);
  return {
    p50Ms: Number(medianOf(costs.map(({ ms }) => ms)).toFixed(1)),
    rowsRead: medianOf(rows),
    maxRowsRead: Math.max(0, ...rows),
    bytesRead: medianOf(bytes),
    maxBytesRead: Math.max(0, ...bytes),
  };
}

const medianOf = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
