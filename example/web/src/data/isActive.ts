import type { Run } from "convex-agent-memory";

/** True for a run that has not ended. */
export const isActive = ({ state }: Pick<Run, "state">): boolean => !("endedAt" in state);
