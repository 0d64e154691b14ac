import type { FunctionReturnType } from "convex/server";
import { api } from "../convex/_generated/api.js";
import type { Screen } from "./screen.js";
import type { Session } from "./session.js";
import { textTable } from "./textTable.js";

type Summary = FunctionReturnType<typeof api.spending.usageSummary>;
type Group = NonNullable<Summary["groups"]>[number];

const DIMENSIONS = ["provider", "model", "purpose"] as const;
type Dimension = (typeof DIMENSIONS)[number];

/** Calls of one provider, model or purpose; `costMicros` is null where no cost of them is known. */
export type CostRow = {
  name: string;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costMicros: number | null;
  /** Calls whose cost is not known: it is in no sum. */
  unpricedCalls: number;
};
/** What a user spent in all, as the component adds it up, three ways. */
export type CostReport = { currency: string; all: CostRow; by: Record<Dimension, CostRow[]> };

/** Asks the component, as the user. */
export async function readCosts({ client }: Session): Promise<CostReport> {
  const [provider, model, purpose] = await Promise.all(
    DIMENSIONS.map((by) => client.query(api.spending.usageSummary, { by })),
  );
  return {
    currency: model!.currency,
    all: rowOf("in all", model!),
    by: { provider: rowsOf(provider!), model: rowsOf(model!), purpose: rowsOf(purpose!) },
  };
}

const rowsOf = ({ groups = [] }: Summary): CostRow[] => groups.map((group) => rowOf(nameOf(group), group));

const nameOf = ({ provider, model, purpose }: Group): string =>
  purpose ?? [provider?.split(".", 1)[0], model].filter((name) => name !== undefined).join("/");

function rowOf(name: string, sums: Omit<CostRow, "name" | "costMicros"> & { costMicros?: number }): CostRow {
  const { calls, inputTokens, outputTokens, costMicros = null, unpricedCalls } = sums;
  return { name, calls, inputTokens, outputTokens, costMicros, unpricedCalls };
}

/** What does not add up: each way of telling the calls apart has all of them. */
export function costProblems({ all, by }: CostReport): string[] {
  return DIMENSIONS.filter((dimension) => {
    const sum = { calls: 0, inputTokens: 0, outputTokens: 0, costMicros: 0, unpricedCalls: 0 };
    for (const row of by[dimension]) {
      sum.calls += row.calls;
      sum.inputTokens += row.inputTokens;
      sum.outputTokens += row.outputTokens;
      sum.costMicros += row.costMicros ?? 0;
      sum.unpricedCalls += row.unpricedCalls;
    }
    const { name: _, ...told } = all;
    return Object.entries({ ...told, costMicros: told.costMicros ?? 0 }).some(
      ([field, value]) => sum[field as keyof typeof sum] !== value,
    );
  }).map((dimension) => `the costs by ${dimension} are not those of all calls`);
}

/** What was spent, by provider, by model and by purpose. */
export function tellCosts(screen: Screen, { currency, all, by }: CostReport): void {
  screen.line("\nCost of all that the user did, ingest included, as the ledger has it");
  const right = true;
  for (const dimension of DIMENSIONS) {
    const columns = [
      { title: dimension },
      ...["calls", "tokens in", "tokens out", currency].map((title) => ({ title, right })),
    ];
    screen.line();
    for (const line of textTable(columns, [...by[dimension], all].map(cellsOf))) screen.line(`  ${line}`);
  }
}

const cellsOf = ({
  name,
  calls,
  inputTokens,
  outputTokens,
  costMicros,
  unpricedCalls,
}: CostRow): string[] => [
  name,
  ...[calls, inputTokens, outputTokens].map((count) => count.toLocaleString("en")),
  costMicros === null ? "unknown" : `${amountText(costMicros)}${unpricedCalls > 0 ? " and unknown" : ""}`,
];

/** An amount to the millionth. */
export const amountText = (micros: number): string =>
  (micros / 1_000_000).toLocaleString("en", { minimumFractionDigits: 4, maximumFractionDigits: 6 });
