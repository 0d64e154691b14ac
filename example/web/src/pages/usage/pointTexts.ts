import { formatCount, formatDate, formatExactMoney, formatMoment } from "../../shell/formats.js";
import type { Every, Measure } from "./usageView.js";

/** When a point is: hours in the viewer's zone, days and months as the ledger counts them. */
export function formatPoint(at: number, every: Every): string {
  if (every === "hour") return formatMoment(at, { weekday: "short", hour: "numeric", minute: "2-digit" });
  return every === "day"
    ? formatDate(at, { month: "short", day: "numeric" })
    : formatDate(at, { month: "short", year: "numeric" });
}

/** A number of a chart, exactly. */
export const formatMeasure = (value: number, measure: Measure, currency: string): string =>
  measure === "cost" ? formatExactMoney(value, currency) : formatCount(value);
