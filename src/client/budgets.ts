import type { ComponentApi } from "../component/_generated/component.js";
import type {
  Budget,
  BudgetMode,
  BudgetOwner,
  BudgetPeriod,
  BudgetStatus,
  BudgetUnit,
} from "../validators/budget.js";
import type { Page } from "../validators/page.js";
import type { Caller } from "../validators/principal.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

/**
 * Whose a budget is. Without `tenantId` those of no tenant are meant: `{ per: "tenant" }` is then all of an app that
 * has no tenants.
 */
export type BudgetSubjectArgs =
  | { per: "tenant"; tenantId?: string }
  | { per: "user"; userId: string; tenantId?: string }
  | { per: "agent"; agentName: string; tenantId?: string }
  | { per: "thread"; threadId: string };

/** What `budgets.set` takes: whose budget, and what they may spend. */
export type SetBudget = BudgetSubjectArgs & {
  /** `tokens`: input and output together; `cost`: millionths of the ledger's currency. */
  unit: BudgetUnit;
  /** Days and months begin at midnight UTC. */
  period: BudgetPeriod;
  /** An integer from 0, which lets nothing be spent. */
  limit: number;
  /**
   * `hard`, unless told: no call of a model begins without room. `soft`: that it has no room for the next call is told
   * once a period, and stops nobody.
   */
  mode?: BudgetMode;
  /** Of a cost, to be sure that it is the ledger's. */
  currency?: string;
};

/** What may be spent. The app's own code (`memory.asSystem()`) sets budgets; a principal sees those that limit it. */
export class BudgetsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Sets what a tenant, user, agent or thread may spend: one budget for each unit and period. Safe to retry: setting it
   * again changes its limit and mode at once and keeps what is spent. It holds for runs of agents with `budgets`, their
   * own or the memory's; one that is under way meets it with its next draw, and up to 100 that wait for it look again
   * when it is raised. Throws `FORBIDDEN` for a principal, `INVALID_ARGUMENT`,
   * `CURRENCY_MISMATCH`, `THREAD_NOT_FOUND`.
   *
   * @example await memory.asSystem().budgets.set(ctx, { per: "user", userId, unit: "cost", period: "month", limit: 5_000_000 });
   */
  async set(ctx: MutationCtx, args: SetBudget): Promise<{ budgetId: string }> {
    const { mode = "hard" } = args;
    return await ctx.runMutation(this.component.budgets.set, { ...args, mode, caller: this.caller });
  }

  /**
   * All budgets, or those of one subject (`owner`), as they stand now, in pages of at most 200 (20 unless named). Throws
   * `FORBIDDEN` for a principal, and `INVALID_ARGUMENT`.
   *
   * @example const { page } = await memory.asSystem().budgets.list(ctx, { owner: { per: "user", userId }, cursor: null });
   */
  async list(
    ctx: QueryCtx,
    args: { owner?: BudgetSubjectArgs; cursor: string | null; limit?: number },
  ): Promise<Page<Budget>> {
    const { owner, ...page } = args;
    const named: { owner?: BudgetOwner } = owner === undefined ? {} : { owner };
    return await ctx.runQuery(this.component.budgets.list, { ...page, ...named, caller: this.caller });
  }

  /**
   * Removes a budget. Runs that have drawn from it go on without it, and what they spend of it is added to none. Throws
   * `BUDGET_NOT_FOUND`, also when it is repeated, and `FORBIDDEN` for a principal.
   *
   * @example await memory.asSystem().budgets.remove(ctx, { budgetId });
   */
  async remove(ctx: MutationCtx, args: { budgetId: string }): Promise<void> {
    await ctx.runMutation(this.component.budgets.remove, { ...args, caller: this.caller });
  }

  /**
   * Where each budget stands that limits the principal: its tenant's and its own, and the agent's and the thread's where
   * they are named. Live in a query. `spent` is settled, `reserved` is drawn by open runs and `inFlight` what they have
   * spent of it by now; `spent + inFlight` is what is spent at this moment, and `remaining` what can still be drawn. The
   * app's own code names `userId` (and `tenantId`), or a thread alone, whose owner is meant. Throws `THREAD_NOT_FOUND`
   * and `INVALID_ARGUMENT`.
   *
   * @example const [budget] = await memory.as(principal).budgets.status(ctx, {});
   */
  async status(
    ctx: QueryCtx,
    args: { agentName?: string; threadId?: string; userId?: string; tenantId?: string },
  ): Promise<BudgetStatus[]> {
    return await ctx.runQuery(this.component.budgets.status, { ...args, caller: this.caller });
  }
}
