import { refusalError, refusalText, type Refusal } from "../../shared/budgetRefusal.js";
import type { BudgetState } from "../../shared/budgetState.js";
import { NO_TOTALS } from "../../shared/runTotals.js";
import type { BudgetExceeded } from "../../validators/budget.js";
import type { BudgetAsk, CallEstimate, HeldRoom, RunBudgets } from "../../validators/budgetRun.js";
import type { RunEngine, RunTotals } from "../../validators/run.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { applyDraw, planDraw, saveState, type Plan } from "./budgetDraw.js";
import { roomFor } from "./budgetRoom.js";
import type { Spender } from "./budgetRows.js";
import { holdsNext, returnDrawn } from "./budgetSettle.js";
import { noteWait } from "./budgetWait.js";
import { tellBudgets } from "./budgetTold.js";

/** Budgets of a run that has drawn nothing yet. */
export const undrawn = (ask: BudgetAsk): RunBudgets => ({ ask, held: [], isDue: true });

/** Only a durable run can wait, and only for a budget that begins anew. */
function waitUntilOf(refusal: Refusal, { whenExceeded }: BudgetAsk, engine: RunEngine): number | null {
  const mayWait = whenExceeded === "wait" && engine === "durable" && refusal.code === "BUDGET_EXCEEDED";
  return mayWait ? refusal.waitUntil : null;
}

type Beginning = { spender: Spender; ask: BudgetAsk; engine: RunEngine; contextTokens: number };

/**
 * What a run draws that is about to begin, to be written when its row is there; `waitUntil` where it is to begin later.
 * Throws `BUDGET_EXCEEDED` and `PRICE_UNKNOWN`.
 */
export async function planBegin(
  ctx: MutationCtx,
  { spender, ask, engine, contextTokens }: Beginning,
): Promise<Plan & { waitUntil?: number }> {
  const budgets = { ...undrawn(ask), next: firstCall(ask, contextTokens) };
  const plan = await planDraw(ctx, { spender, budgets, totals: NO_TOTALS });
  if (plan.refusal === null) return plan;
  const waitUntil = waitUntilOf(plan.refusal, ask, engine);
  if (waitUntil === null) throw refusalError(plan.refusal);
  // As far as others gave back; what was passed is told when it has begun.
  for (const { row, state } of plan.draws)
    await saveState(ctx, row, { ...state, warnedAt: toldBefore(row, state) });
  return { ...plan, waitUntil };
}

const toldBefore = (row: Doc<"budgets">, { startedAt }: BudgetState): number | undefined =>
  row.startedAt === startedAt ? row.warnedAt : undefined;

/** What the first call is held to use: what its runtime knows, and the context. */
const firstCall = ({ inputTokens, outputTokens }: BudgetAsk, contextTokens: number): CallEstimate => ({
  inputTokens: inputTokens + contextTokens,
  outputTokens,
});

/**
 * What the next call is held to use: as the last one did, and at least what it is shown. A durable run is begun before
 * its history is read, and what its tools give is there when its next step opens.
 */
function nextCall({ ask, next }: RunBudgets, contextTokens: number): CallEstimate {
  const shown = firstCall(ask, contextTokens);
  if (next === undefined || contextTokens === 0) return next ?? shown;
  return { ...next, inputTokens: Math.max(next.inputTokens, shown.inputTokens) };
}

/** What came of a draw between two calls. */
export type Drawn = {
  /** To be written on the run's row. */
  budgets?: RunBudgets;
  /** For the code that drives the run. */
  said: { warned?: BudgetExceeded[]; exceeded?: BudgetExceeded; waitUntil?: number; holds?: HeldRoom };
  /** How the run is to end. */
  failure?: { kind: "failed"; code: string; message: string };
};

/** A run that is to call its model next. */
export type Going = {
  run: Doc<"runs">;
  totals: RunTotals;
  /** Nothing is called before somebody has decided or answered. */
  isWaiting?: boolean;
  /** The size of what its next call is shown, where that was read. */
  contextTokens?: number;
};

/**
 * Sees to it that a run holds enough for its next call, and draws more where it does not. A run that waits for
 * somebody gives back what it holds. Costs nothing without budgets.
 */
export async function drawNext(ctx: MutationCtx, going: Going): Promise<Drawn> {
  const { run, totals, isWaiting = false, contextTokens = 0 } = going;
  if (run.budgets === undefined) return { said: {} };
  if (isWaiting) return { said: {}, ...(await returnDrawn(ctx, run)) };
  const budgets = { ...run.budgets, next: nextCall(run.budgets, contextTokens) };
  if (await holdsNext(ctx, budgets, totals)) return { said: await roomFor(ctx, budgets, totals), budgets };
  const plan = await planDraw(ctx, { spender: run, budgets, totals, runId: run._id });
  await applyDraw(ctx, run._id, plan);
  await tellBudgets(ctx, run, plan.warned);
  const warned = plan.warned.length === 0 ? {} : { warned: plan.warned };
  const { refusal } = plan;
  if (refusal === null)
    return { budgets: plan.budgets, said: { ...warned, ...(await roomFor(ctx, plan.budgets, totals)) } };
  const waitUntil = waitUntilOf(refusal, budgets.ask, run.engine ?? "action");
  if (waitUntil !== null) {
    await noteWait(ctx, run._id, { refusal, waitUntil });
    return { budgets: plan.budgets, said: { ...warned, waitUntil } };
  }
  const exceeded = refusal.code === "BUDGET_EXCEEDED" ? { exceeded: refusal.exceeded } : {};
  return {
    budgets: { ...plan.budgets, ...exceeded },
    said: { ...warned, ...exceeded },
    failure: { kind: "failed", code: refusal.code, message: refusalText(refusal) },
  };
}
