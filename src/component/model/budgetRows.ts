import { periodEnd } from "../../shared/budgetPeriods.js";
import type { BudgetState } from "../../shared/budgetState.js";
import { BUDGETS_PER_SUBJECT } from "../../shared/ledgerLimits.js";
import { agentScopeIn, tenantScopeIn, threadScope } from "../../shared/scope.js";
import type { BudgetExceeded, BudgetParty } from "../../validators/budget.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

/** Who spends: a user's scope, and where. */
export type Spender = { scope: string; agentName?: string | undefined; threadId?: string | undefined };

/** In the order in which budgets are drawn from, and told. */
const PARTIES = ["tenant", "user", "agent", "thread"] as const;

/** A subject that limits a spender. */
export type Subject = { per: BudgetParty; subject: string };

/** All that may limit a spender. */
export function subjectsOf({ scope, agentName, threadId }: Spender): Subject[] {
  const subjects: Record<BudgetParty, string | undefined> = {
    tenant: tenantScopeIn(scope),
    user: scope,
    agent: agentName === undefined ? undefined : agentScopeIn(scope, agentName),
    thread: threadId === undefined ? undefined : threadScope(threadId),
  };
  return PARTIES.flatMap((per) => {
    const subject = subjects[per];
    return subject === undefined ? [] : [{ per, subject }];
  });
}

/** The budgets of one subject: one range. */
export const budgetsOf = (ctx: Pick<QueryCtx, "db">, subject: string): Promise<Doc<"budgets">[]> =>
  ctx.db
    .query("budgets")
    .withIndex("by_subject", (q) => q.eq("subject", subject))
    .take(BUDGETS_PER_SUBJECT);

/** What of a row changes when somebody draws or returns. */
export const stateIn = ({
  period,
  limit,
  mode,
  startedAt,
  spent,
  reserved,
  warnedAt,
}: Doc<"budgets">): BudgetState => ({ period, limit, mode, startedAt, spent, reserved, warnedAt });

/** A budget as errors and warnings tell it. */
export const toldOf = (
  { _id: budgetId, per, unit }: Doc<"budgets">,
  { period, limit, spent, reserved, startedAt }: BudgetState,
): BudgetExceeded & { per: BudgetParty; budgetId: string } => ({
  ...{ budgetId, per, unit, period, limit, spent, reserved },
  resetsAt: periodEnd(period, startedAt),
});
