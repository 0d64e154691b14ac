import type { BudgetStatus } from "convex-agent-memory";
import { formatExactMoney, formatRelativeTime, formatResetTime, formatTokens } from "../../shell/formats.js";

const OWNERS: Readonly<Record<BudgetStatus["per"], string>> = {
  tenant: " of the tenant",
  user: "",
  agent: " of the assistant",
  thread: " of the conversation",
};
const PERIODS: Readonly<Record<BudgetStatus["period"], string>> = {
  day: "Daily",
  month: "Monthly",
  lifetime: "Lifetime",
};

/** What a budget is called. */
export const budgetTitle = ({ per, unit, period }: BudgetStatus): string =>
  `${PERIODS[period]} ${unit === "cost" ? "cost" : "token"} limit${OWNERS[per]}`;

/** An amount of a budget, exactly. */
export const budgetAmount = (
  { unit }: Pick<BudgetStatus, "unit">,
  amount: number,
  currency: string,
): string => (unit === "cost" ? formatExactMoney(amount, currency) : formatTokens(amount));

/** When it begins anew, in the viewer's zone. */
export const resetText = ({ resetsAt }: BudgetStatus, now: number): string =>
  resetsAt === null
    ? "It never begins anew."
    : `It begins anew on ${formatResetTime(resetsAt)}, ${formatRelativeTime(resetsAt, now)}.`;

/** How much of a budget each part takes, from 0 to 100, together never more than the whole. */
export function meterParts({ limit, spent, inFlight, reserved }: BudgetStatus): {
  spent: number;
  inFlight: number;
  reserved: number;
} {
  let left = 100;
  const take = (amount: number): number => {
    const part = limit === 0 ? left : Math.min(left, (100 * Math.max(amount, 0)) / limit);
    left -= part;
    return part;
  };
  return { spent: take(spent), inFlight: take(inFlight), reserved: take(reserved - inFlight) };
}

/** How full it is: nothing to mind, nearly used up, or used up. */
export function fullness({ limit, spent, inFlight, remaining }: BudgetStatus): "room" | "near" | "full" {
  if (spent + inFlight >= limit || (remaining <= 0 && limit === 0)) return "full";
  return (spent + inFlight) / limit >= 0.8 ? "near" : "room";
}
