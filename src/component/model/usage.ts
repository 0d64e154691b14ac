import { checkName } from "../../shared/checkedArguments.js";
import { totalsOfCall } from "../../shared/runTotals.js";
import { userScope } from "../../shared/scope.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller, Principal } from "../../validators/principal.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { chargeOutside } from "./budgetOutside.js";
import { recordUsage, type UsagePlace } from "./ledger.js";
import { runOnce } from "./operations.js";
import { findOwnRun, runNotFound } from "./runRows.js";
import { openThread } from "./threads.js";
import { ensureFold } from "./foldArming.js";

export { recordUsage, type UsagePlace } from "./ledger.js";
export { eraseUser } from "./usageErase.js";
export { fold } from "./usageFold.js";
export { exportLines, list } from "./usageReads.js";
export { summary, timeseries, top } from "./usageSums.js";

type RecordArgs = {
  caller: Caller;
  usage: Usage;
  threadId?: string;
  runId?: string;
  /** Of a call that no run made. */
  agentName?: string;
  operationId?: string;
};

type RecordedCall = { eventId: string; costMicros?: number };

/** Where an event belongs, after the caller's access was checked. */
type Place = Omit<UsagePlace, "step">;

/** Records a call of a model. With `operationId`, repeating it within 24 h gives the first event. */
export async function record(ctx: MutationCtx, args: RecordArgs): Promise<RecordedCall> {
  const { caller, usage, operationId, threadId, runId, agentName } = args;
  checkName("agentName", agentName);
  const place = await placeOf(ctx, args);
  const scope = `usage|${caller === "system" ? "system" : userScope(caller)}`;
  const payload = { usage, threadId, runId, ...(agentName === undefined ? {} : { agentName }) };
  return await runOnce(ctx, { scope, operationId, payload }, async () => {
    const recorded = await recordUsage(ctx, place, usage);
    const used = totalsOfCall({ ...usage, costMicros: recorded.costMicros });
    await chargeOutside(ctx, { ...place, isOfAgent: agentName !== undefined }, used);
    await ensureFold(ctx);
    return recorded;
  });
}

/** Where the event stands: a run lies in its thread, and the thread is open to the caller. */
async function placeOf(ctx: QueryCtx, { caller, threadId, runId, agentName }: RecordArgs): Promise<Place> {
  const run = runId === undefined ? null : await findOwnRun(ctx, caller, runId);
  if (run !== null && threadId !== undefined && run.threadId !== threadId) throw runNotFound(run._id);
  const inThread = run?.threadId ?? threadId;
  const head = inThread === undefined ? null : await openThread(ctx, caller, inThread, "read");
  return {
    ...payerOf(caller, head),
    ...(agentName === undefined ? {} : { agentName }),
    ...(run === null ? {} : placeInRun(run)),
    ...(head === null ? {} : { threadId: head.threadId }),
  };
}

const placeInRun = ({ _id, agentName, parentRunId }: Doc<"runs">): Partial<Place> => ({
  ...{ runId: _id, agentName },
  ...(parentRunId === undefined ? {} : { parentRunId }),
});

/** Who pays: the caller, or the owner of the thread when the system acts for it. */
export function payerOf(caller: Caller, head: Doc<"threadHeads"> | null): Principal {
  if (caller !== "system") return caller;
  if (head === null)
    throw memoryError("INVALID_ARGUMENT", "The system pays for nothing: name the thread or the principal.");
  return { userId: head.userId, ...(head.tenantId === undefined ? {} : { tenantId: head.tenantId }) };
}
