import { userScope } from "../../shared/scope.js";
import { addTotals, NO_TOTALS } from "../../shared/runTotals.js";
import { isMemoryError, memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Spent } from "../../validators/spent.js";
import type { MutationCtx } from "../_generated/server.js";
import { chargeOutside } from "./budgetOutside.js";
import { recordSpent } from "./spentCalls.js";
import { runOnce } from "./operations.js";
import { findOwnRun, runNotFound } from "./runRows.js";
import { addToRun } from "./runSuperseded.js";
import { openThread } from "./threadAccess.js";
import { callsIn } from "./turnUsage.js";
import { payerOf } from "./usage.js";
import { ensureFold } from "./foldArming.js";

type RecordArgs = {
  caller: Caller;
  runId?: string;
  threadId?: string;
  step?: number;
  used: Spent[];
  operationId?: string;
};

/**
 * Records calls that no save of a run takes along: on the run; where that is gone or there is none, for the caller, in
 * the thread where they may read it. Money was spent, whatever became of the rest. With `operationId`, repeating it
 * within 24 h adds nothing.
 */
export async function record(ctx: MutationCtx, args: RecordArgs): Promise<{ recorded: number }> {
  const { caller, operationId, ...payload } = args;
  const scope = `used|${caller === "system" ? "system" : userScope(caller)}`;
  return await runOnce(ctx, { scope, operationId, payload }, async () => {
    await recordAll(ctx, args);
    return { recorded: args.used.length };
  });
}

async function recordAll(
  ctx: MutationCtx,
  { caller, runId, threadId, step = 0, used }: RecordArgs,
): Promise<void> {
  if (!Number.isSafeInteger(step) || step < 0)
    throw memoryError("INVALID_ARGUMENT", "`step` must be an integer from 0.", { step: String(step) });
  const calls = callsIn({ caller, step, alsoUsed: used });
  const run = runId === undefined ? null : await unlessGone(findOwnRun(ctx, caller, runId));
  if (run !== null) return await addToRun(ctx, run, { caller, calls });
  const head = threadId === undefined ? null : await unlessGone(openThread(ctx, caller, threadId, "read"));
  if (caller === "system" && head === null && runId !== undefined) throw runNotFound(runId);
  const place = { ...payerOf(caller, head), ...(head === null ? {} : { threadId: head.threadId }) };
  let totals = NO_TOTALS;
  for (const spent of used) totals = addTotals(totals, await recordSpent(ctx, place, spent));
  await chargeOutside(ctx, { ...place, isOfAgent: runId !== undefined }, totals);
  await ensureFold(ctx);
}

async function unlessGone<Row>(row: Promise<Row>): Promise<Row | null> {
  try {
    return await row;
  } catch (error) {
    if (isMemoryError(error, "RUN_NOT_FOUND") || isMemoryError(error, "THREAD_NOT_FOUND")) return null;
    throw error;
  }
}
