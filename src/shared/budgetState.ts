import type { BudgetMode, BudgetPeriod } from "../validators/budget.js";
import type { HeldBudget } from "../validators/budgetRun.js";
import { periodStart } from "./budgetPeriods.js";

/** Where a budget stands. `spent` and `reserved` are of the period that began at `startedAt`. */
export type BudgetState = {
  period: BudgetPeriod;
  limit: number;
  mode: BudgetMode;
  startedAt: number;
  spent: number;
  reserved: number;
  warnedAt?: number | undefined;
};

/** What was drawn at once, and what of it is spent. */
export type Slab = Pick<HeldBudget, "startedAt" | "drawn" | "spent">;

/**
 * As it stands now: a new period begins with nothing spent and nothing reserved. A clock that is behind another begins
 * no older period again.
 */
export function renewed<State extends BudgetState>(state: State, now: number): State {
  const startedAt = periodStart(state.period, now);
  if (startedAt <= state.startedAt) return state;
  return { ...state, startedAt, spent: 0, reserved: 0, warnedAt: undefined };
}

/** After a slab came back: what was spent of it is settled. One of an older period changes nothing in this one. */
export function settled<State extends BudgetState>(state: State, slab: Slab): State {
  if (slab.startedAt !== state.startedAt) return state;
  return {
    ...state,
    spent: state.spent + slab.spent,
    reserved: Math.max(0, state.reserved - slab.drawn),
  };
}

/** What may still be drawn; below 0 where more is spent than there was. */
export const roomIn = ({ limit, spent, reserved }: BudgetState): number => limit - spent - reserved;

/**
 * How much is drawn for calls that need so much each: for all of them, or what is left where that holds one call at
 * least; null where it does not. A soft budget gives whatever is asked.
 */
export function slabFor(state: BudgetState, { need, calls }: { need: number; calls: number }): number | null {
  const asked = Math.min(need * calls, Number.MAX_SAFE_INTEGER);
  if (state.mode === "soft") return asked;
  const room = roomIn(state);
  return room < need ? null : Math.min(asked, room);
}

/** After so much was drawn. */
export const drawnFrom = <State extends BudgetState>(state: State, amount: number): State => ({
  ...state,
  reserved: state.reserved + amount,
});

/** True for a soft budget that does not hold what a call needs beside what is spent, where that was not told yet. */
export const isToTell = ({ mode, warnedAt, limit, spent }: BudgetState, need: number): boolean =>
  mode === "soft" && warnedAt === undefined && limit - spent < need;
