import type { ReactNode } from "react";
import classes from "./runs.module.css";

type FiguresTableProps = {
  /** What the table tells, for who does not see it. */
  caption: string;
  /** Of the first column, which names the rows; numbers stand in the others. */
  first: string;
  numbers: readonly string[];
  /** Its rows: a `th` and a `td` with `data-number` for each number. */
  children: ReactNode;
};

/** A table of numbers that scrolls by itself where the page is narrow. */
export function FiguresTable({ caption, first, numbers, children }: FiguresTableProps) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <caption style={{ position: "absolute", clip: "rect(0 0 0 0)" }}>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{first}</th>
            {numbers.map((title) => (
              <th key={title} scope="col" data-number>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
