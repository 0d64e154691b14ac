// What was called, written outside the database: the one witness that a lost process leaves.
import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** Names the file for the functions of the app. */
export const CALL_LOG_VARIABLE = "SOAK_CALL_LOG";

export type CallEntry =
  /** A call of the model for a run's step, by a host's process. `at` is the host's clock, in ms. */
  | {
      kind: "model";
      /** "failed": the provider did, as the script says. */
      event: "started" | "completed" | "failed";
      key: string;
      step: number;
      process: string;
      at: number;
    }
  /** A tool; the same call has the same `operationId` each time. */
  | { kind: "tool"; event: "started" | "completed"; tool: string; operationId: string; at: number };

/** Appends in one write, so that a kill leaves whole lines. */
export function recordCall(entry: CallEntry): void {
  const file = process.env[CALL_LOG_VARIABLE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

/** How often calls of the model failed so far for a step, in all hosts. */
export const failuresOf = (key: string, step: number): number =>
  readLines<CallEntry>(process.env[CALL_LOG_VARIABLE] ?? "").filter(
    (entry) => entry.kind === "model" && entry.event === "failed" && entry.key === key && entry.step === step,
  ).length;

/** The lines of a log as JSON; none when there is no such file. */
export function readLines<Line>(file: string): Line[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Line); // our own file
}
