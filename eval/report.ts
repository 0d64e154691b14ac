// What an evaluation says, as a table for people and as the one JSON line.
import type { Cost } from "./evaluate.js";
import type { Scores } from "./metrics.js";
import type { ASKED } from "./settings.js";

export type Report = Scores & {
  dataset: string;
  byCategory: Record<string, Scores>;
  config: { scope: "thread" | "user"; embedderWeight: number; cost: Cost } & typeof ASKED;
};

/** LoCoMo's numbers of categories. */
const CATEGORY_NAMES: Record<string, string> = {
  1: "multi-hop",
  2: "temporal",
  3: "open-domain",
  4: "single-hop",
  5: "adversarial",
};
const COLUMNS = [
  "questions",
  "recallAt5",
  "recallAt10",
  "recallAt20",
  "mrr",
  "ndcgAt10",
  "recallAt1kTokens",
] as const;
const NAME_WIDTH = 16;
const WIDTH = 18;

export function renderReport(report: Report): string {
  const rows: [string, Scores][] = [
    ["all", report],
    ...Object.entries(report.byCategory).map(([category, scores]): [string, Scores] => [
      CATEGORY_NAMES[category] ?? `category ${category}`,
      scores,
    ]),
  ];
  const header = ["".padEnd(NAME_WIDTH), ...COLUMNS.map((name) => name.padStart(WIDTH))].join("");
  const lines = rows.map(([name, scores]) =>
    [name.padEnd(NAME_WIDTH), ...COLUMNS.map((column) => String(scores[column]).padStart(WIDTH))].join(""),
  );
  const { p50Ms, rowsRead, maxRowsRead, bytesRead, maxBytesRead } = report.config.cost;
  const cost =
    `A recall: ${p50Ms} ms, ${rowsRead} rows and ${bytesRead} bytes at the median; ` +
    `${maxRowsRead} rows and ${maxBytesRead} bytes at most.`;
  return [header, ...lines, "", cost].join("\n");
}
