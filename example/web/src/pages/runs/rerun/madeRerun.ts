import type { Rerun } from "convex-agent-memory";

/** A re-run that was made: what was changed, and what it gave. */
export type MadeRerun = { number: number; changes: string[]; result: Rerun };
