import { addTotals } from "../../shared/runTotals.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { settleUsed } from "./budgetSettle.js";
import { passUp } from "./nestedEnds.js";
import { keptTotals, stepsOf, totalsOf } from "./runRows.js";
import { unrecorded } from "./turnRecorded.js";
import { callsIn, keepLate, recordRunCalls, type RunCalls, type StepCall } from "./turnUsage.js";

/** True when another action took up the run after the one that asks, which is `takeUps` behind. */
export const isSuperseded = (run: Doc<"runs">, takeUps: number | undefined): boolean =>
  takeUps !== undefined && takeUps !== (run.takeUps ?? 0);

/** Nothing that such an action says is kept, but what it used was paid for. Repeating it adds nothing. */
export async function recordSuperseded(
  ctx: MutationCtx,
  run: Doc<"runs">,
  lost: RunCalls & { isEnd?: boolean | undefined },
): Promise<void> {
  const { caller, isEnd } = lost;
  const usage = lost.usage === undefined ? undefined : { ...lost.usage, isFailed: true };
  await recordBeside(ctx, run, { caller, calls: callsIn({ ...lost, usage }), isEnd });
}

/** Records calls beside the steps of a run, those that are not recorded yet, and adds them to what it used. */
export async function recordBeside(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { caller, calls, isEnd }: { caller: Caller; calls: readonly StepCall[]; isEnd?: boolean | undefined },
): Promise<void> {
  await addToRun(ctx, run, { caller, calls: await unrecorded(ctx, run, { calls, isEnd }) });
}

/** Records calls, and adds them to what the run has used. */
export async function addToRun(
  ctx: MutationCtx,
  run: Doc<"runs">,
  late: { caller: Caller; calls: readonly StepCall[] },
): Promise<void> {
  if (late.calls.length === 0) return;
  const used = await recordRunCalls(ctx, run, late);
  await passUp(ctx, run, used);
  const totals = keptTotals(addTotals(totalsOf(run), used), stepsOf(run));
  await keepLate(ctx, run, { totals, ...(await settleUsed(ctx, run, used)) });
}
