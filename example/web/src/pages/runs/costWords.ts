import { formatMoney } from "../../shell/formats.js";

/** What something cost, as a part of a line. */
export const costWords = (costMicros: number | undefined): string =>
  costMicros === undefined ? "cost unknown" : formatMoney(costMicros);
