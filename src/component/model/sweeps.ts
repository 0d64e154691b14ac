import { SWEEP_INTERVAL_MS, SWEEP_LOST_MS } from "../../shared/limits.js";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

/**
 * `queries`: vectors of questions. `generation`: vectors of a retired one. `drafts`: documents whose writers fell
 * silent. `facts`: those that expired. `message`: payloads of a removed message; `factSources`: facts that rest on it.
 * `recalled`: kept texts of a forgotten source. `nested`: runs left open below an ended one. `queue`: an action that
 * others wait behind in a thread. `lostStreams`: those whose actions died. `slabs`: what was drawn from a removed budget. `usageUser`: a user who is being taken out of the ledger.
 * `thread` and `document`: everything of the removed or replaced target.
 */
export type SweepKind =
  | "operations"
  | "streams"
  | "files"
  | "queries"
  | "thread"
  | "document"
  | "drafts"
  | "message"
  | "generation"
  | "facts"
  | "factSources"
  | "recalled"
  | "nested"
  | "queue"
  | "lostStreams"
  | "slabs"
  | "usageUser";

/**
 * Arms a sweep: one row and one scheduled call, however many writers ask. With a sweep of that kind and target under
 * way nothing is written, unless it is so overdue that it must have been lost, or comes far too late for this writer;
 * the call that was scheduled for later then finds that it is not the due one.
 */
export async function armSweep(
  ctx: MutationCtx,
  kind: SweepKind,
  { delayMs, target }: { delayMs: number; target?: string },
): Promise<void> {
  const armed = await findSweep(ctx, kind, target);
  const now = Date.now();
  const dueAt = now + delayMs;
  const isSoonEnough = armed !== null && armed.dueAt <= dueAt + SWEEP_INTERVAL_MS;
  if (isSoonEnough && armed.dueAt > now - SWEEP_LOST_MS) return;
  if (armed === null)
    await ctx.db.insert("sweeps", { kind, dueAt, ...(target === undefined ? {} : { target }) });
  else await ctx.db.patch("sweeps", armed._id, { dueAt });
  await ctx.scheduler.runAfter(delayMs, internal.retention.sweep, { kind, target });
}

/** The row of an armed sweep. */
export const findSweep = (
  ctx: QueryCtx,
  kind: SweepKind,
  target: string | undefined,
): Promise<Doc<"sweeps"> | null> =>
  ctx.db
    .query("sweeps")
    .withIndex("by_kind", (q) => q.eq("kind", kind).eq("target", target))
    .unique();
