import type { RunState } from "../validators/run.js";

/** How the states of a run follow each other; an ended run stays as it ended. */
export const RUN_STATES_AFTER: Record<RunState["kind"], readonly RunState["kind"][]> = {
  queued: ["queued", "running", "failed", "canceled"],
  running: ["awaitingApproval", "awaitingResult", "completed", "failed", "canceled"],
  awaitingApproval: ["awaitingResult", "running", "completed", "failed", "canceled"],
  awaitingResult: ["running", "completed", "failed", "canceled"],
  completed: [],
  failed: [],
  canceled: [],
};

/** True for a run that can still change: also in a state that a newer deployment has and who asks does not know. */
export const isActive = (state: RunState): boolean => !("endedAt" in state);

/** What the workflow of a run that waits for its turn is told when it has come, or when the run was ended meanwhile. */
export const BEGUN_EVENT = "begun";
export type Begun = { ended: boolean };

/** True for a run that waits for its turn, not for its time. */
export const isInQueue = (state: RunState): boolean => state.kind === "queued" && state.startAt === undefined;

/** True for a run that waits for its time. */
export const isScheduled = (state: RunState): boolean =>
  state.kind === "queued" && state.startAt !== undefined;
