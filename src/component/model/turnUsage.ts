import { totalsOfCall } from "../../shared/runTotals.js";
import type { Caller } from "../../validators/principal.js";
import type { RunTotals } from "../../validators/run.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { findHead } from "./threadAccess.js";
import { recordUsage } from "./usage.js";
import { armFold } from "./usageFold.js";

/** Events looked at for one that was recorded before: those of embedding may stand between. */
const EVENTS_LOOKED_AT = 4;

/** True when this very call of a run that has ended is in the ledger already. */
export async function wasRecorded(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { usage, step }: { usage: Usage; step: number },
): Promise<boolean> {
  const latest = await ctx.db
    .query("usageEvents")
    .withIndex("by_run", (q) => q.eq("runId", run._id))
    .order("desc")
    .take(EVENTS_LOOKED_AT);
  return latest.some(
    (event) =>
      event.step === step &&
      event.model === usage.model &&
      event.inputTokens === usage.inputTokens &&
      event.outputTokens === usage.outputTokens &&
      event.ms === usage.ms,
  );
}

/**
 * The ledger's event of one call of a run: for the caller, or for the thread's owner when the system ran it. Gives the
 * call as totals.
 */
export async function recordRunUsage(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { caller, usage, step }: { caller: Caller; usage: Usage; step: number },
): Promise<RunTotals> {
  const payer = caller === "system" ? await findHead(ctx, run.threadId) : caller;
  const { costMicros } = await recordUsage(
    ctx,
    {
      userId: payer?.userId ?? "",
      ...(payer?.tenantId === undefined ? {} : { tenantId: payer.tenantId }),
      agentName: run.agentName,
      threadId: run.threadId,
      runId: run._id,
      ...(run.parentRunId === undefined ? {} : { parentRunId: run.parentRunId }),
      step,
    },
    usage,
  );
  return totalsOfCall({ ...usage, costMicros });
}

/** What a run used that had ended, or was taken over: its totals as they are now. No end comes that would arm a fold. */
export async function keepLate(
  ctx: MutationCtx,
  run: Doc<"runs">,
  used: Partial<Pick<Doc<"runs">, "totals" | "budgets">>,
): Promise<void> {
  await ctx.db.patch("runs", run._id, used);
  await armFold(ctx);
}
