// The table for people.
import type { Line } from "./targets.js";

const HEAD = ["work", "count", "ours", "peer", "ours/peer", "target", ""];

const decimals = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** The lines as a table; a work is named once. */
export function renderTable(lines: readonly Line[]): string {
  const rows = lines.map((line, index) => cellsOf(line, lines[index - 1]?.work !== line.work));
  const table = [HEAD, ...rows];
  const widths = HEAD.map((_head, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number) => column >= 2 && column <= 4;
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

function cellsOf({ work, count, ours, peer, target }: Line, isFirst: boolean): string[] {
  const ratio = peer === null || peer === 0 ? "" : decimals.format(ours / peer);
  const shownPeer = peer === null ? "-" : decimals.format(peer);
  const met = target === undefined ? "" : target.isMet ? "met" : "missed";
  return [isFirst ? work : "", count, decimals.format(ours), shownPeer, ratio, target?.text ?? "", met];
}

/** One line on how many targets are met, and which are not. */
export function summarize(lines: readonly Line[]): string {
  const targets = lines.filter(({ target }) => target !== undefined);
  const missed = targets.filter(({ target }) => target?.isMet === false);
  const names = missed.map(({ work, count }) => `${work} ${count}`).join(", ");
  return `${targets.length - missed.length} of ${targets.length} targets met${names === "" ? "" : `; missed: ${names}`}`;
}
