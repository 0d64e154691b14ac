import type { RunState } from "../client/index.js";

/** True for a run that has ended, however it did. */
export function isOver({ kind }: RunState): boolean {
  return kind === "completed" || kind === "failed" || kind === "canceled";
}
