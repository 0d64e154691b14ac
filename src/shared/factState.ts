import type { FactStatus } from "../validators/fact.js";

/** How the states of a fact follow each other; a closed fact can only be forgotten. */
export const FACT_STATES_AFTER: Record<FactStatus, readonly FactStatus[]> = {
  candidate: ["active", "declined", "superseded", "forgotten"],
  active: ["candidate", "superseded", "retracted", "forgotten"],
  declined: ["forgotten"],
  superseded: ["forgotten"],
  retracted: ["forgotten"],
  forgotten: [],
};

/** True for a fact that can still be confirmed, superseded or retracted. */
export const isOpenFact = (state: { kind: FactStatus }): boolean =>
  state.kind === "candidate" || state.kind === "active";
