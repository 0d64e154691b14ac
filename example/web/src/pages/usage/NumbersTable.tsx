import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./usage.module.css";

export type Column = { title: string; isNumber?: boolean };
/** Cells in the order of the columns; the first names the row. */
export type Row = { key: string; cells: readonly ReactNode[] };

const numbers: Column = { title: "", isNumber: true };
/** Columns of numbers by their titles. */
export const numberColumns = (...titles: string[]): Column[] =>
  titles.map((title) => ({ ...numbers, title }));

/** A table that scrolls by itself where the page is narrow, also by the keyboard. */
export function NumbersTable({
  columns,
  rows,
  minWidth,
  label,
}: {
  columns: readonly Column[];
  rows: readonly Row[];
  minWidth: number;
  label: string;
}) {
  const classOf = (place: number) =>
    columns[place]?.isNumber === true ? { className: classes["numbers"] } : {};
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "group", "aria-label": label } }}
    >
      <Table highlightOnHover verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ title }, place) => (
              <Table.Th key={place} scope="col" {...classOf(place)}>
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ key, cells: [name, ...others] }) => (
            <Table.Tr key={key}>
              <Table.Th scope="row" fw={500}>
                {name}
              </Table.Th>
              {others.map((cell, place) => (
                <Table.Td key={place} {...classOf(place + 1)}>
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
