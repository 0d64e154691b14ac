import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { isLost, leaseEndsAt, LOST } from "./runLease.js";
import { promoteNext } from "./runQueue.js";
import { isActive } from "../../shared/runState.js";
import { stateOf } from "./runRows.js";
import { isOverdue, wakeDue } from "./runTimeout.js";
import { findHead } from "./threadAccess.js";
import { endRun } from "./turnEnd.js";

export type Occupied = { head: Doc<"threadHeads">; active: Doc<"runs"> | null };

/**
 * Who has the thread. A run whose action was silent past its lease is ended as failed and makes room; one whose timer
 * never came is woken.
 */
export async function findActive(ctx: MutationCtx, head: Doc<"threadHeads">): Promise<Occupied> {
  const active = await activeOf(ctx, head);
  if (active === null) return { head, active };
  if (isLost(active)) await endRun(ctx, active, { outcome: LOST });
  else if (isOverdue(active)) await wakeDue(ctx, { runId: active._id });
  else return { head, active };
  const freed = (await ctx.db.get("threadHeads", head._id)) ?? head;
  return { head: freed, active: await activeOf(ctx, freed) }; // the next one that waited
}

async function activeOf(ctx: MutationCtx, { activeRunId }: Doc<"threadHeads">): Promise<Doc<"runs"> | null> {
  const run = activeRunId === undefined ? null : await ctx.db.get("runs", activeRunId);
  return run !== null && isActive(stateOf(run)) ? run : null;
}

/** Looks whether the run in an action that others wait behind is still there. Gives when to look again, or null. */
export async function sweepQueue(ctx: MutationCtx, target: string): Promise<number | null> {
  const found = await findHead(ctx, target);
  if (found === null || found.removing === true || found.queuedRuns === undefined) return null;
  const { head, active } = await findActive(ctx, found);
  if (active === null) await promoteNext(ctx, head._id);
  if (head.queuedRuns === undefined || active === null) return null;
  const endsAt = leaseEndsAt(active);
  return endsAt === Infinity ? null : endsAt + 1;
}
