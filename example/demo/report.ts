import type { Answer } from "./ask.js";
import type { UsageReport } from "./ledger.js";
import type { Screen } from "./screen.js";
import type { ThreadTables } from "./tables.js";
import { textTable, type Column } from "./textTable.js";
import { timelineOf } from "./timeline.js";

const MIB = 1024 * 1024;
const NUMBERS: Column[] = [
  { title: "tokens in", right: true },
  { title: "tokens out", right: true },
  { title: "ms", right: true },
];

/** What each run did, step by step. */
export function tellTimelines(screen: Screen, asked: { answer: Answer; tables: ThreadTables }[]): void {
  screen.line("\nTimeline");
  for (const { answer, tables } of asked) {
    screen.line(`\n${answer.question}`);
    const rows = timelineOf(tables).map(({ step, what, inputTokens, outputTokens, ms }) => [
      step,
      what,
      ...[inputTokens, outputTokens, ms].map(numberText),
    ]);
    const columns = [{ title: "step" }, { title: "call" }, ...NUMBERS];
    for (const line of textTable(columns, rows)) screen.line(`  ${line}`);
    const first =
      answer.firstTokenMs === null ? "" : `, first text after ${Math.round(answer.firstTokenMs)} ms`;
    screen.line(`  ${answer.state} in ${Math.round(answer.ms)} ms${first}`);
  }
}

/** What was used, by model. */
export function tellUsage(screen: Screen, usage: UsageReport): void {
  screen.line("\nUsage of these answers");
  const columns = [{ title: "model" }, { title: "for" }, { title: "calls", right: true }, ...NUMBERS];
  const rows = usage.byModel.map(({ model, purpose, calls, inputTokens, outputTokens, ms }) => [
    model,
    purpose,
    ...[calls, inputTokens, outputTokens, ms].map(numberText),
  ]);
  const { calls, inputTokens, outputTokens } = usage;
  const sum = ["in all", "", ...[calls, inputTokens, outputTokens, null].map(numberText)];
  for (const line of textTable(columns, [...rows, sum])) screen.line(`  ${line}`);
}

/** How much memory the host has held at most. */
export function tellMemory(screen: Screen, peakBytes: number | null): void {
  if (peakBytes !== null)
    screen.line(`\nThe host held ${Math.round(peakBytes / MIB)} MiB of memory at most.`);
}

const numberText = (value: number | null): string =>
  value === null ? "" : Math.round(value).toLocaleString("en");
