// The table for people.
import type { Line } from "./targets.js";

const HEAD = ["work", "count", "ours", "peer", "rag", "ours/peer", "target", ""];
/** The columns of numbers, and the one that only a work with a third side needs. */
const NUMBERS = { first: 2, last: 5 };
const RAG = 4;

const decimals = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** The lines as a table; a work is named once. */
export function renderTable(lines: readonly Line[]): string {
  const rows = lines.map((line, index) => cellsOf(line, lines[index - 1]?.work !== line.work));
  const hasRag = lines.some(({ rag }) => rag !== undefined);
  const table = [HEAD, ...rows].map((row) => (hasRag ? row : row.filter((_cell, column) => column !== RAG)));
  const widths = table[0]!.map((_head, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number) => column >= NUMBERS.first && column <= NUMBERS.last - (hasRag ? 0 : 1);
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cellsOf({ work, count, ours, peer, rag, target }: Line, isFirst: boolean): string[] {
  const ratio = peer === null || peer === 0 ? "" : decimals.format(ours / peer);
  const shownPeer = peer === null ? "-" : decimals.format(peer);
  const met = target === undefined ? "" : target.isMet ? "met" : "missed";
  const shownRag = rag === undefined ? "" : rag === null ? "-" : decimals.format(rag);
  const numbers = [decimals.format(ours), shownPeer, shownRag, ratio];
  return [isFirst ? work : "", count, ...numbers, target?.text ?? "", met];
}

/** The lines whose target is missed. */
export const missedOf = (lines: readonly Line[]): Line[] =>
  lines.filter(({ target }) => target?.isMet === false);

/** One line on how many targets are met, and which are not. */
export function summarize(lines: readonly Line[]): string {
  const targets = lines.filter(({ target }) => target !== undefined);
  const missed = missedOf(lines);
  const names = missed.map(({ work, count }) => `${work} ${count}`).join(", ");
  return `${targets.length - missed.length} of ${targets.length} targets met${names === "" ? "" : `; missed: ${names}`}`;
}
