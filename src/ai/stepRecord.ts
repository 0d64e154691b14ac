import type { Infer } from "convex/values";
import { vStepOutcome, type StepOutcome } from "./durableStep.js";

/**
 * What a workflow's journal keeps of a step: the outcome without what is not so. The journal is read anew before each
 * step, so every byte of it is paid for with each step that follows.
 */
export const vStepRecord = vStepOutcome.partial();
export type StepRecord = Infer<typeof vStepRecord>;

/** The outcome without empty lists, `false` and what is undefined. */
export function toRecord(outcome: StepOutcome): StepRecord {
  const kept = Object.entries(outcome).filter(([, value]) => !isNothing(value));
  return Object.fromEntries(kept);
}

/** The outcome that was kept. */
export const fromRecord = (record: StepRecord): StepOutcome => ({
  calls: [],
  ended: false,
  stop: false,
  ...record,
});

const isNothing = (value: unknown): boolean =>
  value === undefined || value === false || (Array.isArray(value) && value.length === 0);
