import { validate } from "convex-helpers/validators";
import { SPENT_KEY_MAX_CHARACTERS, STEP_MAX_OTHER_CALLS, TOOL_MAX_COSTS } from "../../shared/ledgerLimits.js";
import { addTotals, NO_TOTALS } from "../../shared/runTotals.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { RunTotals } from "../../validators/run.js";
import type { Usage } from "../../validators/usage.js";
import { vSpent, type Spent } from "../../validators/spent.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { checkUsage, type UsagePlace } from "./ledger.js";
import { recordSpent } from "./spentCalls.js";
import { findHead } from "./threadAccess.js";
import { ensureFold } from "./foldArming.js";

/** Calls that come with one step: its own, others of it, and what the tools cost whose results come along. */
export type RunCalls = {
  caller: Caller;
  step: number;
  usage?: Usage;
  alsoUsed?: readonly Spent[];
  results?: readonly { used?: readonly Spent[] }[];
};

/** A call, and the model step that it was made in. */
export type StepCall = { step: number; spent: Spent };

/**
 * All calls that come with a step. The tools were asked for by the step before. Throws `INVALID_ARGUMENT` for too many,
 * and for what is no call.
 */
export function callsIn({ step, usage, alsoUsed = [], results = [] }: RunCalls): StepCall[] {
  const others = alsoUsed.map((spent) => ({ step, spent }));
  checkCount(others.length, STEP_MAX_OTHER_CALLS);
  const ofTools = results.flatMap(({ used = [] }) => {
    checkCount(used.length, TOOL_MAX_COSTS);
    return used.map((spent) => ({ step: step - 1, spent }));
  });
  const calls = [...ofTools, ...others, ...(usage === undefined ? [] : [{ step, spent: usage }])];
  for (const { spent } of calls) checkSpent(spent);
  return calls;
}

function checkSpent(spent: Spent): void {
  if (!validate(vSpent, spent) || (spent.key ?? "").length > SPENT_KEY_MAX_CHARACTERS)
    throw memoryError("INVALID_ARGUMENT", "What was used is no call: check its fields against `vSpent`.");
  const { key: _, ...usage } = spent;
  checkUsage(usage);
}

function checkCount(calls: number, most: number): void {
  if (calls > most)
    throw memoryError("INVALID_ARGUMENT", `At most ${most} calls are recorded with one step or tool.`, {
      calls,
    });
}

/**
 * The ledger's events of calls of a run: for the caller, or for the thread's owner when the system ran it. Gives them
 * as totals.
 */
export async function recordRunCalls(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { caller, calls }: { caller: Caller; calls: readonly StepCall[] },
): Promise<RunTotals> {
  if (calls.length === 0) return NO_TOTALS;
  const place = await placeInRun(ctx, run, caller);
  let used = NO_TOTALS;
  for (const { step, spent } of calls)
    used = addTotals(used, await recordSpent(ctx, { ...place, step }, spent));
  return used;
}

async function placeInRun(ctx: MutationCtx, run: Doc<"runs">, caller: Caller): Promise<UsagePlace> {
  const payer = caller === "system" ? await findHead(ctx, run.threadId) : caller;
  return {
    userId: payer?.userId ?? "",
    ...(payer?.tenantId === undefined ? {} : { tenantId: payer.tenantId }),
    agentName: run.agentName,
    threadId: run.threadId,
    runId: run._id,
    ...(run.parentRunId === undefined ? {} : { parentRunId: run.parentRunId }),
  };
}

/** What a run used that had ended, or was taken over: its totals as they are now. No end comes that would arm a fold. */
export async function keepLate(
  ctx: MutationCtx,
  run: Doc<"runs">,
  used: Partial<Pick<Doc<"runs">, "totals" | "budgets">>,
): Promise<void> {
  await ctx.db.patch("runs", run._id, used);
  await ensureFold(ctx);
}
