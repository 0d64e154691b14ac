import type { ActionCtx, AgentMemory, Principal } from "../client/index.js";

/** What a job may work on: everything, one thread (`threadId`), or what one principal has (`as`). */
export type WorkerTarget = { threadId?: string; as?: Principal };

/** How long a job may go on. It asks before each bounded piece of work, and comes back to the rest. */
export type WorkerBudget = {
  target: WorkerTarget;
  hasTime: () => boolean;
  /** Aborts calls that outlast the worker. */
  abortSignal: AbortSignal;
};

/**
 * Work that needs one of the app's models and can wait. It works in bounded pieces until nothing is left (`done`) or
 * the budget has no more time, keeps what it has done, and goes on where it stopped when it is called again.
 *
 * @example const greet: WorkerJob = async (ctx, memory, budget) => ({ done: true });
 */
export type WorkerJob = (
  ctx: ActionCtx,
  memory: AgentMemory,
  budget: WorkerBudget,
) => Promise<{ done: boolean }>;
