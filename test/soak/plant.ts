import type { Evidence } from "../../soak/audit/evidence.js";

/** What is spoiled, how, and how the auditor tells it. */
export type Plant = [what: string, spoil: (evidence: Evidence) => void, finds: RegExp];

export const row = { _id: "row", _creationTime: 0 };

/** Adds a row once more. */
export const again = <Row extends { _id: string }>(rows: Row[], change: Partial<Row> = {}) =>
  rows.push({ ...rows[0]!, _id: "again", ...change });
