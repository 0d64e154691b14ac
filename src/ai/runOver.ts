import type { RunState } from "../client/index.js";
import { memoryError } from "../validators/errors.js";

/** True for a run that has ended, however it did. */
export function isOver({ kind }: RunState): boolean {
  return kind === "completed" || kind === "failed" || kind === "canceled";
}

/** For an action that was taken for dead: the run is another's now. */
export const supersededError = (runId: string) =>
  memoryError(
    "RUN_ACTIVE",
    "Another action took up this run and goes on with it: nothing that this one does is kept.",
    { runId },
  );
