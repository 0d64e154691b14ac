import type { RunState } from "../client/index.js";

/** True for a run that has ended, however it did. */
export function isOver({ kind }: RunState): boolean {
  return kind === "completed" || kind === "failed" || kind === "canceled";
}

/** True for a run that waits for a decision or for a result from outside. */
export const isPaused = ({ kind }: RunState): boolean =>
  kind === "awaitingApproval" || kind === "awaitingResult";
