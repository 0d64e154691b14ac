import type { Rerun } from "convex-agent-memory";

/** A re-run that was made: what was changed, what it gave, and how long one waited for it. */
export type MadeRerun = { number: number; changes: string[]; result: Rerun; ms: number };
