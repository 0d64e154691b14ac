import { RUN_LEASE_MS } from "../../shared/limits.js";
import { QUEUE_LEASE_MS } from "../../shared/runLimits.js";
import type { Doc } from "../_generated/dataModel.js";
import { stateOf } from "./runRows.js";

/**
 * Until when a run in an action may be silent (ms since the epoch): a short while where its action waits for the
 * run's turn, as long as an action can live where it answers. A durable run may be silent for ever, and so may one
 * that waits for a person.
 */
export function leaseEndsAt(run: Doc<"runs">): number {
  const { kind } = stateOf(run);
  const isTimed = kind === "running" || kind === "queued";
  if (run.engine === "durable" || !isTimed) return Infinity;
  return activeAtOf(run) + (run.isWaiting === true ? QUEUE_LEASE_MS : RUN_LEASE_MS);
}

/** When it was seen alive last; timers take whole ms. */
const activeAtOf = (run: Doc<"runs">): number => Math.ceil(run.activeAt ?? run._creationTime);

/** True where no action that was at work on the run can live any more, also while it waits for a person. */
export const isSilent = (run: Doc<"runs">): boolean => activeAtOf(run) + RUN_LEASE_MS < Date.now();

/** True for a run whose action must have died. */
export const isLost = (run: Doc<"runs">): boolean => leaseEndsAt(run) < Date.now();

/** How such a run ends. */
export const LOST = {
  kind: "failed",
  code: "RUN_LOST",
  message: "The action ended without a word.",
} as const;
