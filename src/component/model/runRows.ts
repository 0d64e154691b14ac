import { userScope } from "../../shared/scope.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Run, RunState } from "../../validators/run.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

/** A run that can still change. */
export function isActive(state: RunState): boolean {
  switch (state.kind) {
    case "queued":
    case "running":
    case "awaitingApproval":
    case "awaitingResult":
      return true;
    case "completed":
    case "failed":
    case "canceled":
      return false;
  }
}

/** The run, or `RUN_NOT_FOUND` when there is none by that id: malformed ids look the same. */
export async function findRun(ctx: QueryCtx, runId: string): Promise<Doc<"runs">> {
  const id = ctx.db.normalizeId("runs", runId);
  const run = id === null ? null : await ctx.db.get("runs", id);
  if (run === null) throw runNotFound(runId);
  return run;
}

/** The run, for the principal that began it: what writes its steps is the code that started it. */
export async function findOwnRun(ctx: QueryCtx, caller: Caller, runId: string): Promise<Doc<"runs">> {
  const run = await findRun(ctx, runId);
  if (caller !== "system" && userScope(caller) !== run.scope) throw runNotFound(runId);
  return run;
}

/** Missing, foreign and malformed ids look the same. */
export const runNotFound = (runId: string) =>
  memoryError("RUN_NOT_FOUND", "No such run for this principal: check the id and who asks.", { runId });

/** A row as the component returns it. */
export function toRun(run: Doc<"runs">): Run {
  return {
    runId: run._id,
    threadId: run.threadId,
    turn: run.turn,
    agentName: run.agentName,
    engine: run.engine,
    state: run.state,
    steps: run.steps,
    totals: run.totals,
    startedAt: run._creationTime,
    ...(run.workflowId === undefined ? {} : { workflowId: run.workflowId }),
  };
}
