import type { BudgetExceeded, BudgetUnit } from "../validators/budget.js";
import { memoryError, type ErrorDetails } from "../validators/errors.js";

/** Why no call of a model may begin. `waitUntil`: when all that have no room have begun anew; null: never, or it
 * would be in vain, because the call is larger than the whole of one. */
export type Refusal =
  | { code: "BUDGET_EXCEEDED"; exceeded: BudgetExceeded; waitUntil: number | null }
  | { code: "PRICE_UNKNOWN"; provider: string; model: string };

type Exceeded = Extract<Refusal, { code: "BUDGET_EXCEEDED" }>;

const MICROS = 1_000_000;
const MICRO_DIGITS = 6;

/** Tokens as a count; a cost in whole units of the ledger's currency, to the millionth. */
const amountOf = (unit: BudgetUnit, amount: number): string =>
  unit === "tokens" ? `${amount}` : (amount / MICROS).toFixed(MICRO_DIGITS).replace(/\.?0+$/, "");

const NAME_OF_UNIT: Record<BudgetUnit, string> = { tokens: "tokens", cost: "of the ledger's currency" };

/** What a refusal says, in words. */
export function refusalText(refusal: Refusal): string {
  if (refusal.code === "PRICE_UNKNOWN")
    return `A budget limits what this run costs, and the price of its model is not known: set one for ${refusal.provider}/${refusal.model}, or limit tokens.`;
  const { per, unit, period, limit, spent, reserved } = refusal.exceeded;
  const of = `${amountOf(unit, limit)} ${NAME_OF_UNIT[unit]}`;
  const used = `${amountOf(unit, spent)} spent, ${amountOf(unit, reserved)} reserved`;
  return `The ${period} budget of the ${per}, ${of}, has no room for the next call (${used}): ${adviceOf(refusal)}.`;
}

function adviceOf({ exceeded: { resetsAt }, waitUntil }: Exceeded): string {
  if (resetsAt === null) return "raise it";
  if (waitUntil === null)
    return "the whole of it would not hold that call, so raise it, or lower maxOutputTokens";
  return `wait until ${new Date(resetsAt).toISOString()}, or raise it`;
}

/** As an error: its details are the fields of the budget, or whose price is missing. */
export function refusalError(refusal: Refusal) {
  const details: ErrorDetails =
    refusal.code === "PRICE_UNKNOWN"
      ? { provider: refusal.provider, model: refusal.model }
      : { ...refusal.exceeded };
  return memoryError(refusal.code, refusalText(refusal), details);
}
