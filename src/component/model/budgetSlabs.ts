import { settled, type BudgetState } from "../../shared/budgetState.js";
import { BUDGETS_PER_SUBJECT, SLAB_LEASE_MS } from "../../shared/ledgerLimits.js";
import { isActive } from "../../shared/runState.js";
import type { HeldBudget } from "../../validators/budgetRun.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

type Slab = Doc<"slabs">;

/** More than the budgets of four subjects. */
const SLABS_PER_RUN = 4 * BUDGETS_PER_SUBJECT;

/** What a run has drawn: one row for each budget. */
export const slabsOf = (ctx: Pick<QueryCtx, "db">, runId: Id<"runs">): Promise<Slab[]> =>
  ctx.db
    .query("slabs")
    .withIndex("by_run", (q) => q.eq("runId", runId))
    .take(SLABS_PER_RUN);

/** Until when a run may be silent before what it holds is taken back. */
const leaseOf = ({ activeAt, _creationTime }: Doc<"runs">): number =>
  (activeAt ?? _creationTime) + SLAB_LEASE_MS;

type Reclaiming = { budgetId: Id<"budgets">; runId: Id<"runs"> | undefined; max: number };

/**
 * Takes back what runs hold that have been silent for longer than their lease, as far as their rows say they have not
 * spent it. One that is at work gets longer; the run that asks settles by itself. Gives where the budget stands then,
 * and how many were looked at.
 */
export async function reclaim(
  ctx: MutationCtx,
  before: BudgetState,
  { budgetId, runId, max }: Reclaiming,
): Promise<{ state: BudgetState; seen: number }> {
  const expired = await ctx.db
    .query("slabs")
    .withIndex("by_budget", (q) => q.eq("budgetId", budgetId).lte("expiresAt", Date.now()))
    .take(max);
  let state = before;
  for (const slab of expired) if (slab.runId !== runId) state = await takeBack(ctx, state, slab);
  return { state, seen: expired.length };
}

async function takeBack(ctx: MutationCtx, state: BudgetState, slab: Slab): Promise<BudgetState> {
  const run = await ctx.db.get("runs", slab.runId);
  const expiresAt = run === null ? 0 : leaseOf(run);
  if (run !== null && isActive(run.state ?? { kind: "running" }) && expiresAt > Date.now()) {
    await ctx.db.patch("slabs", slab._id, { expiresAt });
    return state;
  }
  await ctx.db.delete("slabs", slab._id);
  const hold = run?.budgets?.held.find(({ budgetId }) => budgetId === slab.budgetId);
  if (run?.budgets === undefined || hold === undefined)
    return settled(state, { startedAt: slab.startedAt, drawn: slab.amount, spent: 0 });
  const held = run.budgets.held.map((other) => (other === hold ? emptied(hold) : other));
  await ctx.db.patch("runs", run._id, { budgets: { ...run.budgets, held, isDue: true } });
  return settled(state, hold);
}

/** Of a budget that nothing is drawn from any more. */
export const emptied = (hold: HeldBudget): HeldBudget => ({ ...hold, drawn: 0, spent: 0 });
