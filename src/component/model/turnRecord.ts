import { isMemoryError, memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Spent } from "../../validators/usage.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { recordSpent } from "./ledgerSpent.js";
import { findOwnRun, runNotFound } from "./runRows.js";
import { recordBeside } from "./runSuperseded.js";
import { openThread } from "./threadAccess.js";
import { eventsOfUser, notRecorded } from "./turnRecorded.js";
import { callsIn, type StepCall } from "./turnUsage.js";

type RecordArgs = { caller: Caller; runId?: string; threadId?: string; step?: number; used: Spent[] };

/**
 * Records calls that no save of a run takes along: on the run; where that is gone or there is none, for the caller, in
 * the thread where they may read it. Money was spent, whatever became of the rest. Repeating it adds nothing.
 */
export async function record(ctx: MutationCtx, args: RecordArgs): Promise<{ recorded: number }> {
  const { caller, runId, threadId, step = 0, used } = args;
  const calls = callsIn({ caller, step, alsoUsed: used });
  const run = runId === undefined ? null : await unlessGone(findOwnRun(ctx, caller, runId));
  if (run !== null) return { recorded: await recordBeside(ctx, run, { caller, calls }) };
  if (caller === "system")
    throw runId === undefined
      ? memoryError("INVALID_ARGUMENT", "The system pays for nothing: name the run or the principal.")
      : runNotFound(runId);
  const thread = threadId === undefined ? null : await unlessGone(openThread(ctx, caller, threadId, "read"));
  return { recorded: await recordForCaller(ctx, { caller, calls, threadId: thread?.threadId }) };
}

async function unlessGone<Row>(row: Promise<Row>): Promise<Row | null> {
  try {
    return await row;
  } catch (error) {
    if (isMemoryError(error, "RUN_NOT_FOUND") || isMemoryError(error, "THREAD_NOT_FOUND")) return null;
    throw error;
  }
}

type Payer = Exclude<Caller, "system">;

async function recordForCaller(
  ctx: MutationCtx,
  { caller, calls, threadId }: { caller: Payer; calls: StepCall[]; threadId: Id<"threads"> | undefined },
): Promise<number> {
  const place = { ...caller, ...(threadId === undefined ? {} : { threadId }) };
  const left = notRecorded(calls, await eventsOfUser(ctx, caller));
  for (const { spent } of left) await recordSpent(ctx, place, spent);
  return left.length;
}
