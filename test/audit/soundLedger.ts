// A ledger in which everything adds up, to be spoiled by tests: a run that asked another, half of it folded.
import type { EventRow, LedgerRows, RollupRow } from "../../audit/rows.js";

export const DAY_MS = 24 * 60 * 60 * 1_000;
/** When all of it was over. */
export const NOW = 3 * DAY_MS + 60_000;
const AT = 3 * DAY_MS + 1_000;

const row = (_id: string) => ({ _id, _creationTime: AT });
const TENANT = "t:a%20b";

/** 100 fresh, 20 cached and 10 written tokens at 2, 1 and 3; 5 shown and 4 hidden ones at 10 and 20; a fee of 7. */
const COST = 7 + 380;
const used = {
  ...{ inputTokens: 130, cachedInputTokens: 20, cacheWriteTokens: 10, outputTokens: 9, reasoningTokens: 4 },
  ms: 40,
};

const event = (name: string, commitTs: bigint, more: Partial<EventRow> = {}): EventRow => ({
  ...row(name),
  ...used,
  ...{ provider: "lab.chat", model: "large", userId: "ada", tenantId: "a b", agentName: "scribe" },
  ...{ threadId: "thread", runId: "run", step: 0, costMicros: COST, priceVersion: 2, commitTs },
  ...more,
});

const ofAda = { scope: `${TENANT}|u:ada`, agentName: "scribe", threadId: "thread" };

const rollup = (_id: string, subject: string, more: Partial<RollupRow> = {}): RollupRow => ({
  ...row(_id),
  ...used,
  ...{ subject, day: 3 * DAY_MS, agentName: "scribe", provider: "lab.chat", model: "large" },
  ...{ purpose: "answer", calls: 1, costMicros: COST, unpricedCalls: 0, estimatedCalls: 0, failedCalls: 0 },
  ...more,
});

/** Of the five events three lie behind the mark; one, of a search that the run made, is none of the run's own calls. */
export function soundLedger(): LedgerRows {
  const embedding = {
    purpose: "embedding",
    model: "small",
    runId: undefined,
    threadId: undefined,
    step: undefined,
  };
  const plain = { cachedInputTokens: undefined, cacheWriteTokens: undefined, reasoningTokens: undefined };
  const unpriced = { costMicros: undefined, priceVersion: undefined, isEstimated: true };
  const child = { runId: "child", parentRunId: "run", threadId: "below", agentName: "helper" };
  const embedded: Partial<RollupRow> = {
    ...{
      purpose: "embedding",
      model: "small",
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
    },
    ...{ costMicros: 0, unpricedCalls: 1, estimatedCalls: 1 },
  };
  const price = { input: 2_000_000, cachedInput: 1_000_000, cacheWrite: 3_000_000, output: 10_000_000 };
  return {
    usageEvents: [
      event("first", 10n),
      event("embedded", 11n, { ...embedding, ...plain, ...unpriced }),
      event("second", 12n, { step: 1 }),
      event("running", 14n, {
        ...{
          ...plain,
          runId: "active",
          inputTokens: 30,
          outputTokens: 9,
          costMicros: 6,
          priceVersion: undefined,
        },
      }),
      event("asked", 13n, { ...child, ...unpriced, isFailed: true }),
    ],
    usageRollups: [
      rollup("all", "*"),
      rollup("tenant", TENANT),
      rollup("user", `${TENANT}|u:ada`),
      rollup("thread", "thread:thread", { day: 0 }),
      ...["*", TENANT, `${TENANT}|u:ada`].map((subject) => rollup(`embedded ${subject}`, subject, embedded)),
    ],
    usageMarks: [{ ...row("mark"), commitTs: 11n }],
    usageFolds: [{ ...row("fold"), dueAt: NOW }],
    prices: [
      {
        ...row("prices"),
        ...{ provider: "lab", model: "large" },
        periods: [
          { version: 1, from: 0, to: 3 * DAY_MS, prices: { input: 1, output: 1 } },
          { version: 2, from: 3 * DAY_MS, prices: { ...price, reasoning: 20_000_000, call: 7 } },
        ],
      },
    ],
    budgets: [
      {
        ...row("budget"),
        ...{ subject: TENANT, per: "tenant", unit: "tokens", period: "day", limit: 1_000 },
        ...{ startedAt: 3 * DAY_MS, spent: 2 * 139, reserved: 50 },
      },
    ],
    slabs: [
      {
        ...row("held"),
        budgetId: "budget",
        runId: "active",
        amount: 50,
        startedAt: 3 * DAY_MS,
        expiresAt: NOW + 1,
      },
      {
        ...row("earlier"),
        budgetId: "budget",
        runId: "removed",
        amount: 30,
        startedAt: 2 * DAY_MS,
        expiresAt: NOW - 1,
      },
    ],
    pastPrices: [],
    threads: ["thread", "below"].map(row),
    runs: [
      {
        ...row("run"),
        ...{ ...ofAda, state: { kind: "completed" }, steps: 2, budgets: { ask: { rules: [] }, held: [] } },
        totals: { calls: 3, inputTokens: 390, outputTokens: 27, costMicros: 2 * COST, unpricedCalls: 1 },
      },
      {
        ...row("child"),
        ...{ ...ofAda, state: { kind: "failed" }, parentRunId: "run", steps: 1 },
        totals: { inputTokens: 130, outputTokens: 9 },
      },
      {
        ...{ ...row("active"), ...ofAda },
        ...{ steps: 1, totals: { inputTokens: 30, outputTokens: 9, costMicros: 6 } },
        budgets: {
          ask: { rules: [] },
          held: [{ budgetId: "budget", startedAt: 3 * DAY_MS, drawn: 50, spent: 39 }],
        },
      },
    ],
  };
}
