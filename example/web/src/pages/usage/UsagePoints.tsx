import { plural } from "../../shell/formats.js";
import { NumbersTable, numberColumns } from "./NumbersTable.js";
import { formatMeasure, formatPoint } from "./pointTexts.js";
import { EVERY_LABELS, MEASURE_LABELS, unknownText } from "./usageLabels.js";
import type { Bar, ShownChart } from "./usageSeries.js";

/** The numbers of a chart; bars without anything are left out. */
export function UsagePoints({ chart: { series, bars }, every, measure, currency }: ShownChart) {
  const used = bars.filter(({ total, unpricedCalls }) => total > 0 || unpricedCalls > 0);
  const cell = (value: number) => formatMeasure(value, measure, currency);
  const totalOf = ({ total, unpricedCalls }: Bar): string => {
    const unknown = measure === "cost" ? unknownText(unpricedCalls) : null;
    return unknown === null ? cell(total) : `${cell(total)}, and ${unknown}`;
  };
  return (
    <NumbersTable
      label={`${MEASURE_LABELS[measure]}: ${plural(used.length, EVERY_LABELS[every].toLowerCase())} in which something was used`}
      minWidth={480}
      columns={[
        { title: EVERY_LABELS[every] },
        ...numberColumns(...series.map(({ label }) => label), "In all"),
      ]}
      rows={used.map((bar) => ({
        key: String(bar.at),
        cells: [formatPoint(bar.at, every), ...bar.values.map(cell), totalOf(bar)],
      }))}
    />
  );
}
