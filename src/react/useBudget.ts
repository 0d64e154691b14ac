import type { FunctionReturnType } from "convex/server";
import type { BudgetStatus } from "../validators/budget.js";
import type { PublicQuery } from "./references.js";
import { shareUsed, tightestOf } from "./tightestBudget.js";
import { useQueryResult } from "./useQueryResult.js";

/** The app's function that `useBudget` calls, as `memory.exposeApi` makes it. */
export type BudgetApi = {
  budgetStatus: PublicQuery<{ agentName?: string; threadId?: string }, BudgetStatus[]>;
};

export type UseBudgetArgs = {
  /** Shows the agent's budgets too. */
  agentName?: string;
  /** Shows the thread's budgets too. */
  threadId?: string;
};

export type UseBudgetResult<Api extends BudgetApi> = {
  /** All budgets that limit the caller. */
  budgets: FunctionReturnType<Api["budgetStatus"]>;
  isLoading: boolean;
  /** The budget that will be met first; `null` where nothing is limited, and until that is known. */
  tightest: FunctionReturnType<Api["budgetStatus"]>[number] | null;
  /** How much of it is taken, from 0 to 1: spent, or held by open runs. */
  share: number;
  /** A budget that stops calls has no room: what is asked now is refused with `BUDGET_EXCEEDED`, or waits. */
  isExceeded: boolean;
  /** When the tightest begins anew, in ms since the epoch; `null`: never, or none. */
  resetsAt: number | null;
};

/**
 * Where the caller's budgets stand, live. A budget that begins anew with a new day does so here with the next change.
 * `"skip"` for none. Throws while rendering what the query throws.
 *
 * @example
 * const { tightest, share, resetsAt } = useBudget(api.spending, { agentName: "researcher" });
 * return tightest && <Meter value={share} label={`${tightest.per}, per ${tightest.period}`} />;
 */
export function useBudget<Api extends BudgetApi>(
  api: Api,
  args: UseBudgetArgs | "skip" = {},
): UseBudgetResult<Api> {
  const found = useQueryResult<Api["budgetStatus"]>(api.budgetStatus, args);
  const budgets = found ?? NO_BUDGETS;
  const tightest = tightestOf<BudgetStatus>(budgets);
  return {
    budgets,
    isLoading: args !== "skip" && found === undefined,
    tightest,
    share: tightest === null ? 0 : shareUsed(tightest),
    isExceeded: budgets.some(({ mode, remaining }) => mode === "hard" && remaining <= 0),
    resetsAt: tightest?.resetsAt ?? null,
  };
}

const NO_BUDGETS: never[] = [];
