// The ledger's rows as they are kept: what is recounted, and what is held against it.

type Row = { _id: string; _creationTime: number };

/** Counts of one call of a model. */
type Tokens = {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens?: number;
  cacheWriteTokens?: number;
  reasoningTokens?: number;
};

export type EventRow = Row &
  Tokens & {
    provider: string;
    model: string;
    /** Absent: an answer. */
    purpose?: string;
    ms: number;
    userId: string;
    tenantId?: string;
    agentName?: string;
    threadId?: string;
    runId?: string;
    parentRunId?: string;
    /** Where it is one of a run's own calls, which its totals count. */
    step?: number;
    isEstimated?: boolean;
    isFailed?: boolean;
    /** Absent: unknown. */
    costMicros?: number;
    priceVersion?: number;
    /** In ns since the epoch. */
    commitTs: bigint;
  };

export type RollupRow = Row &
  Required<Tokens> & {
    subject: string;
    day: number;
    agentName?: string;
    provider: string;
    model: string;
    purpose: string;
    calls: number;
    costMicros: number;
    unpricedCalls: number;
    estimatedCalls: number;
    failedCalls: number;
    ms: number;
  };

export type MarkRow = Row & { commitTs: bigint };
export type FoldRow = Row & { dueAt: number };

type Prices = {
  input: number;
  output: number;
  cachedInput?: number;
  cacheWrite?: number;
  reasoning?: number;
  call?: number;
};
export type Period = { version: number; from: number; to?: number; prices: Prices };
export type PriceRow = Row & { provider: string; model: string; periods: Period[] };
/** Periods that are no longer in their model's row. */
export type PastPriceRow = Row & { provider: string; model: string } & Period;

export type BudgetRow = Row & {
  subject: string;
  per: string;
  unit: "tokens" | "cost";
  period: string;
  limit: number;
  /** It limits runs of agents with such a rule alone; false: it did before. */
  isByRule?: boolean;
  startedAt: number;
  spent: number;
  reserved: number;
};
export type SlabRow = Row & {
  budgetId: string;
  runId: string;
  amount: number;
  startedAt: number;
  expiresAt: number;
};

/** What a run has drawn from a budget and not returned. */
export type Held = { budgetId: string; startedAt: number; drawn: number; spent: number };

export type LedgerRun = Row & {
  /** Of its user. */
  scope: string;
  agentName: string;
  threadId: string;
  /** Absent: running. */
  state?: { kind: string };
  steps?: number;
  /** Its `calls` are absent where each call saved a step. */
  totals?: {
    calls?: number;
    inputTokens: number;
    outputTokens: number;
    costMicros?: number;
    unpricedCalls?: number;
  };
  parentRunId?: string;
  /** Absent: no budget limits it. */
  budgets?: { ask: { rules: Pick<BudgetRow, "per" | "unit" | "period">[] }; held: Held[] };
};
export type ThreadRow = Row;

/** All that the ledger keeps, the runs, which keep their own totals, and the threads that are left. */
export type LedgerRows = {
  usageEvents: EventRow[];
  usageRollups: RollupRow[];
  usageMarks: MarkRow[];
  usageFolds: FoldRow[];
  prices: PriceRow[];
  pastPrices: PastPriceRow[];
  budgets: BudgetRow[];
  slabs: SlabRow[];
  runs: LedgerRun[];
  threads: ThreadRow[];
};
export type LedgerTable = keyof LedgerRows;

export const LEDGER_TABLES: readonly LedgerTable[] = [
  "usageEvents",
  "usageRollups",
  "usageMarks",
  "usageFolds",
  "prices",
  "pastPrices",
  "budgets",
  "slabs",
  "runs",
  "threads",
];

/** Reads every table from wherever rows come from: the boundary where they become the shapes above. */
export async function readLedger(
  read: (table: LedgerTable) => Record<string, unknown>[] | Promise<Record<string, unknown>[]>,
): Promise<LedgerRows> {
  const tables: Record<string, unknown> = {};
  for (const table of LEDGER_TABLES) tables[table] = await read(table);
  return tables as LedgerRows;
}

export const isOver = ({ state }: Pick<LedgerRun, "state">): boolean =>
  state !== undefined && ["completed", "failed", "canceled"].includes(state.kind);
