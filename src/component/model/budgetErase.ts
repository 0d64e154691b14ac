import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { budgetsOf } from "./budgetRows.js";
import { sweepBudget, type SweepBudget } from "./sweepBudget.js";
import { armSweep } from "./sweeps.js";

/**
 * Removes the budgets of a subject with what is drawn from them. Runs that hold of them go on: nothing is drawn anew
 * from a budget that is gone, and what they spent of it is added to none. False when the page is full before the last.
 */
export async function removeBudgetsOf(
  ctx: MutationCtx,
  subject: string,
  page: SweepBudget,
): Promise<boolean> {
  for (const { _id } of await budgetsOf(ctx, subject)) {
    if (!(await removeSlabs(ctx, _id, page)) || !(await page.take())) return false;
    await ctx.db.delete("budgets", _id);
  }
  return true;
}

/**
 * As `removeBudgetsOf`, for the app's own erasure of a user or a tenant (a scope): what does not fit a page of the
 * caller's transaction is removed behind it.
 */
export async function eraseBudgetsOf(ctx: MutationCtx, subject: string): Promise<{ budgets: number }> {
  const rows = await budgetsOf(ctx, subject);
  for (const row of rows) await removeBudget(ctx, row);
  return { budgets: rows.length };
}

/** Removes one budget at once; more slabs than a page holds are swept. */
export async function removeBudget(ctx: MutationCtx, { _id }: Doc<"budgets">): Promise<void> {
  await ctx.db.delete("budgets", _id);
  if (!(await removeSlabs(ctx, _id, sweepBudget(ctx))))
    await armSweep(ctx, "slabs", { delayMs: 0, target: _id });
}

/** Removes a page of what was drawn from a budget that is gone. */
export async function sweepSlabs(ctx: MutationCtx, target: string): Promise<number | null> {
  const budgetId = ctx.db.normalizeId("budgets", target);
  if (budgetId === null) return null;
  return (await removeSlabs(ctx, budgetId, sweepBudget(ctx))) ? null : Date.now();
}

async function removeSlabs(ctx: MutationCtx, budgetId: Id<"budgets">, page: SweepBudget): Promise<boolean> {
  const slabs = ctx.db.query("slabs").withIndex("by_budget", (q) => q.eq("budgetId", budgetId));
  for await (const slab of slabs) {
    if (!(await page.take())) return false;
    await ctx.db.delete("slabs", slab._id);
  }
  return true;
}
