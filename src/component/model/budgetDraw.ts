import { estimateIn } from "../../shared/budgetEstimate.js";
import {
  drawnFrom,
  isToTell,
  renewed,
  settled,
  slabFor,
  type BudgetState,
} from "../../shared/budgetState.js";
import type { Refusal } from "../../shared/budgetRefusal.js";
import {
  SLAB_DEFAULT_CALLS,
  SLAB_LEASE_MS,
  SLABS_PER_DRAW,
  SLABS_PER_REFUSAL,
} from "../../shared/ledgerLimits.js";
import type { BudgetExceeded } from "../../validators/budget.js";
import type { CallEstimate, HeldBudget, RunBudgets } from "../../validators/budgetRun.js";
import type { RunTotals } from "../../validators/run.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { limitsOf, type Limit } from "./budgetLimits.js";
import { stateIn, toldOf, type Spender } from "./budgetRows.js";
import { ownLimits } from "./budgetOfRun.js";
import { pricesFor } from "./budgetPrices.js";
import { reclaim, slabsOf } from "./budgetSlabs.js";

/** A run that draws; without `runId` it is about to be opened. */
export type Drawer = {
  spender: Spender;
  budgets: RunBudgets & { next: CallEstimate };
  totals: RunTotals;
  runId?: Id<"runs">;
};

/** What is to be written of a draw, when the run's row is there. */
export type Plan = {
  /** Where each budget stands afterwards, and what is drawn from it; 0 where the draw is refused. */
  draws: { row: Doc<"budgets">; state: BudgetState; amount: number }[];
  /** What the run's row says from now on. */
  budgets: RunBudgets;
  /** Soft budgets that were found passed. */
  warned: BudgetExceeded[];
  refusal: Refusal | null;
};

type Asked = Limit & { need: number | null };

/**
 * Draws from all budgets that limit a run, or from none: settles what it holds, takes back what runs hold that died,
 * and sees whether each has room. Nothing of it is written before `applyDraw`, but for what was taken back.
 */
export async function planDraw(ctx: MutationCtx, drawer: Drawer): Promise<Plan> {
  const { budgets, runId } = drawer;
  const { ask, next } = budgets;
  const found = await limitsOf(ctx, drawer.spender, ask.rules);
  const prices = await pricesFor(ctx, ask, found);
  const asked = found.map((limit): Asked => ({ ...limit, need: estimateIn(limit.row.unit, next, prices) }));
  const own = ownLimits(drawer, prices);
  const unknown = isCostUnknown(asked, budgets) || own.isCostUnknown;
  const drawn: Plan["draws"] = [];
  const lacking = [...own.lacking];
  const warned: BudgetExceeded[] = [...own.warned];
  for (const limit of asked) {
    const { state, amount } = await drawOne(ctx, limit, { budgets, runId });
    if (amount === null) lacking.push(toldOf(limit.row, state));
    const isPassed = isToTell(state, limit.need ?? 0);
    if (isPassed) warned.push(toldOf(limit.row, state));
    const told = isPassed ? { ...state, warnedAt: Date.now() } : state;
    drawn.push({ row: limit.row, state: told, amount: amount ?? 0 });
  }
  const refusal = unknown
    ? { code: "PRICE_UNKNOWN" as const, provider: ask.provider, model: ask.model }
    : refusalOf(lacking, asked.some(isTooLarge));
  const draws = refusal === null ? drawn : drawn.map((draw) => ({ ...draw, amount: 0 }));
  return { draws, budgets: budgetsAfter(budgets, { draws, refusal, own }), warned, refusal };
}

/** Fails closed: what has no price cannot be kept within a hard limit of costs. */
const isCostUnknown = (asked: readonly Asked[], { isUnpriced = false }: RunBudgets): boolean =>
  asked.some(
    ({ row, state, need }) => row.unit === "cost" && state.mode === "hard" && (need === null || isUnpriced),
  );

type Holder = { budgets: RunBudgets; runId: Id<"runs"> | undefined };

async function drawOne(
  ctx: MutationCtx,
  { row, state: before, need }: Asked,
  { budgets, runId }: Holder,
): Promise<{ state: BudgetState; amount: number | null }> {
  const hold = budgets.held.find(({ budgetId }) => budgetId === row._id);
  const now = renewed(before, Date.now());
  const own = hold === undefined ? now : settled(now, hold);
  const slab = { need: need ?? 0, calls: budgets.ask.slabCalls ?? SLAB_DEFAULT_CALLS };
  const place = { budgetId: row._id, runId };
  const { state, seen } = await reclaim(ctx, own, { ...place, max: SLABS_PER_DRAW });
  const amount = slabFor(state, slab);
  if (amount !== null || seen < SLABS_PER_DRAW) return { state, amount };
  const again = await reclaim(ctx, state, { ...place, max: SLABS_PER_REFUSAL });
  return { state: again.state, amount: slabFor(again.state, slab) };
}

/** A call that the whole of a budget could not hold: to wait for a new one is in vain. */
const isTooLarge = ({ state: { mode, limit }, need }: Asked): boolean =>
  mode === "hard" && (need ?? 0) > limit;

/** The budget that begins anew last is the one that counts. */
function refusalOf(lacking: readonly BudgetExceeded[], isInVain: boolean): Refusal | null {
  const [last] = [...lacking].sort((one, other) => (other.resetsAt ?? Infinity) - (one.resetsAt ?? Infinity));
  if (last === undefined) return null;
  return { code: "BUDGET_EXCEEDED", exceeded: last, waitUntil: isInVain ? null : last.resetsAt };
}

type After = { draws: Plan["draws"]; refusal: Refusal | null; own: { isWarned: boolean } };

function budgetsAfter({ ask, next }: RunBudgets, { draws, refusal, own }: After): RunBudgets {
  const held = draws.map(({ row, state, amount }): HeldBudget => ({
    ...{ budgetId: row._id, unit: row.unit, period: row.period, startedAt: state.startedAt },
    ...{ drawn: amount, spent: 0, ...(state.mode === "soft" ? { isSoft: true } : {}) },
  }));
  return {
    ask,
    ...(next === undefined ? {} : { next }),
    held,
    ...(refusal === null ? {} : { isDue: true }),
    ...(own.isWarned ? { isWarned: true } : {}),
  };
}

/** Writes what was planned: the budgets, and what the run holds of them. */
export async function applyDraw(
  ctx: MutationCtx,
  runId: Id<"runs">,
  { draws, refusal, budgets }: Plan,
): Promise<void> {
  for (const { row, state, amount } of draws) await saveState(ctx, row, drawnFrom(state, amount));
  const slabs = await slabsOf(ctx, runId);
  if (refusal === null) {
    const expiresAt = Date.now() + SLAB_LEASE_MS;
    for (const { budgetId, drawn: amount, startedAt } of budgets.held) {
      const slab = slabs.find((other) => other.budgetId === budgetId);
      const written = { amount, startedAt, expiresAt };
      if (slab === undefined) await ctx.db.insert("slabs", { budgetId, runId, ...written });
      else await ctx.db.patch("slabs", slab._id, written);
    }
  }
  const kept = refusal === null ? budgets.held.map(({ budgetId }) => budgetId) : [];
  for (const slab of slabs) if (!kept.includes(slab.budgetId)) await ctx.db.delete("slabs", slab._id);
}

/** Writes what has changed of a budget; nothing where nothing has. */
export async function saveState(ctx: MutationCtx, row: Doc<"budgets">, state: BudgetState): Promise<void> {
  const before = stateIn(row);
  const names = Object.keys(before) as (keyof BudgetState)[];
  if (names.some((name) => before[name] !== state[name])) await ctx.db.patch("budgets", row._id, state);
}
