import { amountIn, inputWithin } from "../../shared/budgetEstimate.js";
import type { HeldRoom, RunBudgets } from "../../validators/budgetRun.js";
import type { RunTotals } from "../../validators/run.js";
import type { MutationCtx } from "../_generated/server.js";
import { pricesFor } from "./budgetPrices.js";

/**
 * What a run holds for its next call, for the code that drives it: what tools give in an action, what a step prepares
 * and which model it asks is known there alone. Nothing where no budget is hard.
 */
export async function roomFor(
  ctx: MutationCtx,
  { ask, held }: RunBudgets,
  totals: RunTotals,
): Promise<{ holds?: HeldRoom }> {
  const drawn = held.filter(({ isSoft }) => isSoft !== true);
  const own = ask.rules.filter(({ per, mode }) => per === "run" && mode === "hard");
  const rests = [
    ...drawn.map(({ unit, drawn: amount, spent }) => ({ unit, rest: amount - spent })),
    ...own.map(({ unit, limit }) => ({ unit, rest: limit - amountIn(unit, totals) })),
  ];
  if (rests.length === 0) return {};
  const { outputTokens, provider, model } = ask;
  const prices = await pricesFor(
    ctx,
    ask,
    drawn.map((row) => ({ row })),
  );
  const inputTokens = Math.min(...rests.map((rest) => inputWithin({ ...rest, outputTokens }, prices)));
  const isCost = rests.some(({ unit }) => unit === "cost");
  return { holds: { inputTokens, ...(isCost ? { pricedAs: { provider, model } } : {}) } };
}
