import { afterCall, amountIn, estimateIn, hasUnpriced } from "../../shared/budgetEstimate.js";
import { periodStart } from "../../shared/budgetPeriods.js";
import { isToTell, settled } from "../../shared/budgetState.js";
import { isActive } from "../../shared/runState.js";
import type { CallEstimate, RunBudgets } from "../../validators/budgetRun.js";
import type { RunTotals } from "../../validators/run.js";
import type { Usage } from "../../validators/usage.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { saveState } from "./budgetDraw.js";
import { ownLimits } from "./budgetOfRun.js";
import { pricesFor } from "./budgetPrices.js";
import { stateIn, toldOf } from "./budgetRows.js";
import { emptied, slabsOf } from "./budgetSlabs.js";
import { tellBudgets, type ToldRun } from "./budgetTold.js";

type Settled = Partial<Pick<Doc<"runs">, "budgets">>;
type Budgets = Pick<Doc<"runs">, "budgets">;

/**
 * Adds what calls of a run used to what it has spent of its budgets: gives what to write on the run's row. One that has
 * ended, that waits, or that was silent for so long that it was taken back holds nothing, so that what comes then is
 * added to the budgets themselves.
 */
export async function settleUsed(ctx: MutationCtx, run: Doc<"runs">, used: RunTotals): Promise<Settled> {
  const { budgets, state = { kind: "running" } } = run;
  if (budgets === undefined) return {};
  const held = budgets.held.map((hold) => ({ ...hold, spent: hold.spent + amountIn(hold.unit, used) }));
  const after = { ...budgets, held, ...(hasUnpriced(used) ? { isUnpriced: true } : {}) };
  const holdsSome = isActive(state) && budgets.isDue !== true;
  return holdsSome ? { budgets: after } : await returnDrawn(ctx, { ...run, budgets: after });
}

/** With what its next call is held to use, by what the last one did, and at the price of the model that answered. */
export function expectNext({ budgets }: Settled, used: Usage): Settled {
  if (budgets === undefined) return {};
  const { provider, model } = used;
  const ask = { ...budgets.ask, provider, model };
  return { budgets: { ...budgets, ask, next: afterCall(used, ask.outputTokens) } };
}

/** Whether what a run holds is enough for its next call, by its own row alone and the price of its model. */
export async function holdsNext(
  ctx: MutationCtx,
  budgets: RunBudgets & { next: CallEstimate },
  totals: RunTotals,
): Promise<boolean> {
  const { ask, next, held, isDue = false, isUnpriced = false } = budgets;
  if (isDue || (isUnpriced && held.some(({ unit }) => unit === "cost"))) return false;
  const prices = await pricesFor(
    ctx,
    ask,
    held.map((row) => ({ row })),
  );
  const { lacking, warned, isCostUnknown } = ownLimits({ budgets, totals }, prices);
  if (isCostUnknown || lacking.length + warned.length > 0) return false;
  const now = Date.now();
  return held.every(
    ({ unit, period, startedAt, drawn, spent, isSoft = false }) =>
      periodStart(period, now) <= startedAt &&
      drawn - spent >= (estimateIn(unit, next, prices) ?? (isSoft ? 0 : Infinity)),
  );
}

/**
 * Gives back what a run has drawn and adds what it spent, once: at its end, or while it waits for somebody. Gives what
 * to write on its row, which holds nothing then. A budget that was removed meanwhile is passed over.
 */
export async function returnDrawn(ctx: MutationCtx, run: ToldRun & Budgets): Promise<Settled> {
  const { budgets } = run;
  if (budgets === undefined || (budgets.held.length === 0 && budgets.isDue !== true)) return {};
  for (const hold of budgets.held) {
    if (hold.drawn === 0 && hold.spent === 0) continue;
    const row = await ctx.db.get("budgets", hold.budgetId);
    if (row === null) continue;
    const state = settled(stateIn(row), hold);
    const isPassed = isToTell(state, 0);
    await saveState(ctx, row, isPassed ? { ...state, warnedAt: Date.now() } : state);
    if (isPassed) await tellBudgets(ctx, run, [toldOf(row, state)]);
  }
  // One may be of nothing: of what has no price or costs nothing, or of a run that waits.
  await removeSlabs(ctx, run);
  return { budgets: { ...budgets, held: budgets.held.map(emptied), isDue: true } };
}

async function removeSlabs(ctx: MutationCtx, { _id }: Pick<Doc<"runs">, "_id">): Promise<void> {
  for (const slab of await slabsOf(ctx, _id)) await ctx.db.delete("slabs", slab._id);
}
