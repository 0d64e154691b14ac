import type { WorkflowManager } from "@convex-dev/workflow";
import type { BeginTurn, BoundMemory, MutationCtx, TurnStart } from "../client/index.js";
import { isMemoryError } from "../validators/errors.js";
import { endAbandoned } from "./abandoned.js";
import type { ResolvedAgent } from "./definition.js";
import { isActive } from "../shared/runState.js";

type Beginning = {
  /** Bound to who asks. */
  memory: BoundMemory;
  /** Of an agent with durable runs. */
  workflow: WorkflowManager | undefined;
  turn: BeginTurn;
};

/**
 * Begins a turn. Where a run has the thread whose workflow is over without having said so, that one is ended first:
 * nothing would free the thread for what waits behind it, and what would steer it is answered by a run of its own.
 */
export async function beginTurn(
  { memory: all }: ResolvedAgent,
  ctx: MutationCtx,
  { memory, workflow, turn }: Beginning,
): Promise<TurnStart> {
  const begin = () => memory.turns.begin(ctx, turn);
  const frees = async (runId: string): Promise<boolean> =>
    workflow !== undefined && (await endAbandoned(ctx, { memory: all, workflow, runId }));
  const begun = await begin().catch(async (error: unknown) => {
    if (!isMemoryError(error, "RUN_ACTIVE") || !(await frees(String(error.data.details.runId)))) throw error;
    return await begin();
  });
  if (begun.steered === true) {
    const { runId, state, promptMessageId } = begun;
    if (!isActive(state) || !(await frees(runId))) return begun;
    const { prompt: _, operationId: __, ...again } = turn; // it stands in the thread, and nobody would read it
    return await memory.turns.begin(ctx, { ...again, promptMessageId });
  }
  if (begun.behind === undefined || !(await frees(begun.behind))) return begun;
  const { state } = await memory.runs.get(ctx, { runId: begun.runId });
  return { ...begun, state };
}
