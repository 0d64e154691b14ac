import { memoryError } from "../validators/errors.js";

/** For an action that was taken for dead: the run is another's now. */
export const supersededError = (runId: string) =>
  memoryError(
    "RUN_ACTIVE",
    "Another action took up this run and goes on with it: nothing that this one does is kept.",
    { runId },
  );
