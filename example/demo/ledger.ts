import type { ThreadTables } from "./tables.js";
import { nameOf } from "./timeline.js";

export type UsageSum = { calls: number; inputTokens: number; outputTokens: number };
export type ModelUsage = UsageSum & { model: string; purpose: string; ms: number };
export type UsageReport = UsageSum & { byModel: ModelUsage[] };

/** The events of the ledger, added up for each model and purpose and in all. */
export function sumUsage(threads: ThreadTables[]): UsageReport {
  const byModel = new Map<string, ModelUsage>();
  for (const event of threads.flatMap(({ usage }) => usage)) {
    const { purpose, ms } = event;
    const model = nameOf(event);
    const key = `${model} ${purpose}`;
    const sum = byModel.get(key) ?? { model, purpose, calls: 0, inputTokens: 0, outputTokens: 0, ms: 0 };
    byModel.set(key, { ...add(sum, { ...event, calls: 1 }), model, purpose, ms: sum.ms + ms });
  }
  const rows = [...byModel.values()];
  return { ...rows.reduce(add, NOTHING), byModel: rows };
}

/** Whether what the component says was used, on each run's row and for the thread, is the sum of the events. */
export function ledgerAddsUp({ runs, usage }: ThreadTables, threadTotal: UsageSum): boolean {
  const sumOf = (events: ThreadTables["usage"]) =>
    events.reduce<UsageSum>((sum, event) => add(sum, { ...event, calls: 1 }), NOTHING);
  const runsAddUp = runs.every(({ runId, totals }) =>
    isSame(totals, sumOf(usage.filter((event) => event.runId === runId && event.purpose === "answer"))),
  );
  return runsAddUp && isSame(threadTotal, sumOf(usage));
}

const NOTHING: UsageSum = { calls: 0, inputTokens: 0, outputTokens: 0 };

const add = (left: UsageSum, right: UsageSum): UsageSum => ({
  calls: left.calls + right.calls,
  inputTokens: left.inputTokens + right.inputTokens,
  outputTokens: left.outputTokens + right.outputTokens,
});

const isSame = (left: UsageSum, right: UsageSum): boolean =>
  left.calls === right.calls &&
  left.inputTokens === right.inputTokens &&
  left.outputTokens === right.outputTokens;
