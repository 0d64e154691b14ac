import type { EmbeddingModel } from "ai";
import {
  internalActionGeneric,
  type FunctionReference,
  type GenericActionCtx,
  type GenericDataModel,
  type RegisteredAction,
} from "convex/server";
import { v, type Infer } from "convex/values";
import type { ActionCtx, AgentMemory, BoundMemory } from "../client/index.js";
import { WORKER_GRACE_MS, WORKER_MAX_MS } from "../shared/limits.js";
import { vPrincipal } from "../validators/principal.js";
import { embeddingWork } from "./embeddingWork.js";
import type { WorkerBudget, WorkerJob, WorkerTarget } from "./workerJob.js";
import { memoryFor } from "./workerThreads.js";

export type WorkerDefinition = {
  /** Makes the vectors that wait. */
  embeddingModel?: () => EmbeddingModel;
  /** Makes the vectors of a generation that is being built. */
  nextEmbeddingModel?: () => EmbeddingModel;
  /** More work, done after the vectors, in this order. */
  jobs?: WorkerJob[];
  /** How long one action works, in ms: 4 minutes unless told, and at most. */
  maxMs?: number;
  /** The worker itself, so that it calls itself again while something is left: `() => internal.memory.worker`. */
  self?: () => FunctionReference<"action", "internal">;
};

const vWorkerArgs = { threadId: v.optional(v.string()), as: v.optional(vPrincipal) };

const vWorkerResult = v.object({
  /** False when work is left: time was over, another worker is at it, or a model failed. */
  done: v.boolean(),
  embedded: v.number(),
  refused: v.number(),
  /** Another worker is at work on the same. */
  busy: v.boolean(),
  /** Why a model made nothing. The entries go on waiting. */
  failure: v.optional(v.string()),
});
/** What a worker did. */
export type WorkerResult = Infer<typeof vWorkerResult>;

/** What `defineWorker` gives. There it is written out: Convex reads types off the name, and an alias hides it. */
export type Worker = RegisteredAction<"internal", WorkerTarget, Promise<WorkerResult>>;

const NOTHING: WorkerResult = { done: false, embedded: 0, refused: 0, busy: true };

/**
 * An internal action that does what waits for a model: vectors of messages, chunks and facts, vectors of a generation
 * that is being built, and the jobs of the definition. Export it, and call it from a cron or after a turn; without
 * arguments it works on everything, with `threadId` or `as` on one thread or user. Two are never at work on the same,
 * except on a thread or user beside everything that began later: then what the second makes is passed over.
 *
 * Safe to retry and to stop at any moment. Models that fail are reported in the result and not thrown.
 *
 * @example export const worker = defineWorker(memory, { embeddingModel, self: () => internal.memory.worker });
 */
export function defineWorker(
  memory: AgentMemory,
  definition: WorkerDefinition,
): RegisteredAction<"internal", WorkerTarget, Promise<WorkerResult>> {
  return internalActionGeneric({
    args: vWorkerArgs,
    returns: vWorkerResult,
    handler: async (ctx: GenericActionCtx<GenericDataModel>, target): Promise<WorkerResult> => {
      const bound = memoryFor(memory, target);
      const result = await claimed(ctx, { memory: bound, target }, () =>
        work({ ctx, memory, bound, target, definition }),
      );
      const { self } = definition;
      const goesOn = !result.done && !result.busy && result.failure === undefined;
      if (self !== undefined && goesOn) await ctx.scheduler.runAfter(0, self(), target);
      return result;
    },
  });
}

type Claim = { memory: BoundMemory; target: WorkerTarget };

async function claimed(
  ctx: ActionCtx,
  { memory, target: { threadId } }: Claim,
  run: () => Promise<WorkerResult>,
): Promise<WorkerResult> {
  const lease = { threadId, holder: crypto.randomUUID() };
  const { claimed: isClaimed } = await memory.embeddings.claim(ctx, lease);
  if (!isClaimed) return NOTHING;
  try {
    return await run();
  } finally {
    await memory.embeddings.release(ctx, lease);
  }
}

type Work = {
  ctx: GenericActionCtx<GenericDataModel>;
  memory: AgentMemory;
  bound: BoundMemory;
  target: WorkerTarget;
  definition: WorkerDefinition;
};

async function work({ ctx, memory, bound, target, definition }: Work): Promise<WorkerResult> {
  const maxMs = Math.min(definition.maxMs ?? WORKER_MAX_MS, WORKER_MAX_MS);
  const until = Date.now() + maxMs;
  const overtime = new AbortController();
  const timer = setTimeout(() => overtime.abort(), maxMs + WORKER_GRACE_MS / 2);
  const budget = { target, hasTime: () => Date.now() < until, abortSignal: overtime.signal };
  try {
    return await workWithin(budget, { ctx, memory, bound, definition });
  } finally {
    clearTimeout(timer);
  }
}

async function workWithin(
  budget: WorkerBudget,
  { ctx, memory, bound, definition }: Omit<Work, "target">,
): Promise<WorkerResult> {
  const made = await embeddingWork(definition, { ctx, memory: bound, system: memory.asSystem(), budget });
  let { done } = made;
  for (const job of definition.jobs ?? []) {
    if (!budget.hasTime()) return { ...made, done: false, busy: false };
    const worked = await job(ctx, memory, budget);
    done &&= worked.done;
  }
  return { ...made, done, busy: false };
}
