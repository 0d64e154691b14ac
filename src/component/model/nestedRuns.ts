import { NESTING_MAX_DEPTH } from "../../shared/runLimits.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { ParentCall } from "../../validators/runDriving.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { isActive } from "../../shared/runState.js";
import { findRunToWrite, stateOf, stepsOf } from "./runRows.js";
import { create } from "./threads.js";

/**
 * The caller's run that asks another agent, and how deep the asked one stands. Throws `RUN_NOT_FOUND`, `RUN_ENDED` or
 * `NESTING_TOO_DEEP`.
 */
export async function openParent(
  ctx: QueryCtx,
  caller: Caller,
  runId: string,
): Promise<{ run: Doc<"runs">; depth: number }> {
  const run = await findRunToWrite(ctx, caller, runId);
  if (!isActive(stateOf(run)))
    throw memoryError("RUN_ENDED", "The run that asks was ended: nobody waits for an answer.", { runId });
  const depth = (run.depth ?? 0) + 1;
  if (depth > NESTING_MAX_DEPTH)
    throw memoryError(
      "NESTING_TOO_DEEP",
      `Agents ask each other at most ${NESTING_MAX_DEPTH} deep: answer with what you know.`,
      { runId, depth },
    );
  return { run, depth };
}

type ThreadArgs = { caller: Caller; runId: string; title?: string; operationId?: string };

/** Opens a thread below that of a run, for a run that is nested in it. With `operationId`, repeating it gives the first. */
export async function createNestedThread(
  ctx: MutationCtx,
  { caller, runId, title, operationId }: ThreadArgs,
): Promise<{ threadId: Id<"threads"> }> {
  const { run } = await openParent(ctx, caller, runId);
  const place = { parentThreadId: run.threadId, parentRunId: run._id };
  return await create(ctx, { caller, title, operationId, ...place });
}

/** What a nested run's row says of the run that asked; nothing for other runs. */
export type Below = Partial<Pick<Doc<"runs">, "parentRunId" | "parentStep" | "parentCallId" | "depth">>;

type Placing = { caller: Caller; threadId: Id<"threads">; parent?: ParentCall };

/** Where a nested run stands. The run that asks is only written when its step did not say that it asks agents. */
export async function placeBelow(ctx: MutationCtx, { caller, threadId, parent }: Placing): Promise<Below> {
  if (parent === undefined) return {};
  const { run, depth } = await openParent(ctx, caller, parent.runId);
  if (run.threadId === threadId)
    throw memoryError("INVALID_ARGUMENT", "A nested run needs a thread of its own.", { threadId });
  if (run.nests !== true) await ctx.db.patch("runs", run._id, { nests: true });
  const below = { parentRunId: run._id, parentStep: stepsOf(run) - 1, depth };
  if (parent.callId === undefined) return below;
  return { ...below, parentCallId: await findCallId(ctx, run._id, parent.callId) };
}

/** The newest call of that id: some models number their calls anew in each step. */
async function findCallId(ctx: QueryCtx, runId: Id<"runs">, callId: string): Promise<Id<"toolCalls">> {
  const call = await ctx.db
    .query("toolCalls")
    .withIndex("by_call", (q) => q.eq("runId", runId).eq("callId", callId))
    .order("desc")
    .first();
  if (call === null) throw memoryError("RUN_NOT_FOUND", "No such tool call of this run.", { runId, callId });
  return call._id;
}

/** The call says which run answers it, so that it can be watched. */
export async function linkCall(ctx: MutationCtx, below: Below, childRunId: Id<"runs">): Promise<void> {
  if (below.parentCallId !== undefined) await ctx.db.patch("toolCalls", below.parentCallId, { childRunId });
}
