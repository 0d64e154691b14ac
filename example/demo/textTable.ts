/** A column: its title, and whether its values stand at the right, as numbers do. */
export type Column = { title: string; right?: boolean };

/** Rows in columns as wide as they need to be. */
export function textTable(columns: Column[], rows: string[][]): string[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const lineOf = (cells: string[]) =>
    columns
      .map(({ right }, index) => {
        const cell = cells[index] ?? "";
        const width = widths[index] ?? 0;
        return right === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [
    lineOf(columns.map(({ title }) => title)),
    lineOf(widths.map((width) => "─".repeat(width))),
    ...rows.map(lineOf),
  ];
}
