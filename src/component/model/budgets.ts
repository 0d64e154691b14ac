import { stream } from "convex-helpers/server/stream";
import { ownerOf, subjectOf } from "../../shared/budgetOwner.js";
import { periodStart } from "../../shared/budgetPeriods.js";
import { renewed } from "../../shared/budgetState.js";
import { threadScope } from "../../shared/scope.js";
import type { Budget, BudgetMode, BudgetOwner, BudgetPeriod, BudgetUnit } from "../../validators/budget.js";
import { memoryError } from "../../validators/errors.js";
import type { Page, PageRequest } from "../../validators/page.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { checkAmount } from "./budgetAsk.js";
import { removeBudget } from "./budgetErase.js";
import { stateIn, toldOf } from "./budgetRows.js";
import { wakeWaiting } from "./budgetWake.js";
import { checkCurrency } from "./currency.js";
import { pageOf } from "./paging.js";
import { openThread } from "./threadAccess.js";
import { prepareFold } from "./foldArming.js";

export { status } from "./budgetStatus.js";

type SetArgs = BudgetOwner & {
  caller: Caller;
  unit: BudgetUnit;
  period: BudgetPeriod;
  limit: number;
  mode: BudgetMode;
  currency?: string;
};

/**
 * Sets what a subject may spend in a period: one budget for each unit and period. Setting it again changes its limit
 * and its mode, and keeps what is spent; one that an agent's rule has made is the app's from then on.
 */
export async function set(ctx: MutationCtx, args: SetArgs): Promise<{ budgetId: Id<"budgets"> }> {
  const { caller, per, unit, period, limit, mode } = args;
  checkSystem(caller);
  checkAmount("limit", limit);
  const named = subjectOf(owned(args));
  const head = args.threadId === undefined ? null : await openThread(ctx, caller, args.threadId, "own");
  const subject = head === null ? named : threadScope(head.threadId);
  await checkMoney(ctx, args);
  await prepareFold(ctx);
  const row = await findBudget(ctx, { subject, unit, period });
  const asked = { subject, per, unit, period, limit, mode };
  if (row === null) {
    const startedAt = periodStart(period, Date.now());
    return { budgetId: await ctx.db.insert("budgets", { ...asked, startedAt, spent: 0, reserved: 0 }) };
  }
  const isChanged = row.limit !== limit || row.mode !== mode || row.isByRule === true;
  if (isChanged)
    await ctx.db.patch("budgets", row._id, { limit, mode, ...takenOver(row), warnedAt: undefined });
  if (limit > row.limit || (mode === "soft" && row.mode === "hard")) await wakeWaiting(ctx, row._id);
  return { budgetId: row._id };
}

/** One that a rule has made keeps that it was: it may hold less than all that was spent since it was made. */
const takenOver = ({ isByRule }: Doc<"budgets">): Partial<Pick<Doc<"budgets">, "isByRule">> =>
  isByRule === undefined ? {} : { isByRule: false };

const owned = ({ per, tenantId, userId, agentName, threadId }: SetArgs): BudgetOwner => ({
  per,
  ...(tenantId === undefined ? {} : { tenantId }),
  ...(userId === undefined ? {} : { userId }),
  ...(agentName === undefined ? {} : { agentName }),
  ...(threadId === undefined ? {} : { threadId }),
});

/** Costs are in the ledger's one currency. */
async function checkMoney(ctx: MutationCtx, { unit, currency }: SetArgs): Promise<void> {
  if (unit === "cost") await checkCurrency(ctx, currency);
  else if (currency !== undefined)
    throw memoryError("INVALID_ARGUMENT", "Tokens have no `currency`.", { field: "currency" });
}

type Key = { subject: string; unit: BudgetUnit; period: BudgetPeriod };

const findBudget = (ctx: QueryCtx, { subject, unit, period }: Key): Promise<Doc<"budgets"> | null> =>
  ctx.db
    .query("budgets")
    .withIndex("by_subject", (q) => q.eq("subject", subject).eq("unit", unit).eq("period", period))
    .unique();

type ListArgs = PageRequest & { caller: Caller; owner?: BudgetOwner };

/** Budgets as they stand now, those of one subject where it is named. */
export async function list(ctx: QueryCtx, { caller, owner, ...page }: ListArgs): Promise<Page<Budget>> {
  checkSystem(caller);
  const rows = stream(ctx.db, schema).query("budgets");
  const found =
    owner === undefined
      ? rows.withIndex("by_subject")
      : rows.withIndex("by_subject", (q) => q.eq("subject", subjectOf(owner)));
  const { page: read, cursor } = await pageOf(found, page);
  return { page: read.map(toBudget), cursor };
}

function toBudget(row: Doc<"budgets">): Budget {
  const state = renewed(stateIn(row), Date.now());
  const { unit, period, limit, spent, reserved, resetsAt } = toldOf(row, state);
  return {
    ...ownerOf(row.per, row.subject),
    ...{ budgetId: row._id, unit, period, limit, mode: row.mode, spent, reserved, resetsAt },
    ...(row.isByRule === true ? { isByRule: true } : {}),
    isWarned: state.warnedAt !== undefined,
  };
}

/** Runs that hold of it go on without this limit. Throws `BUDGET_NOT_FOUND`. */
export async function remove(
  ctx: MutationCtx,
  { caller, budgetId }: { caller: Caller; budgetId: string },
): Promise<null> {
  checkSystem(caller);
  const id = ctx.db.normalizeId("budgets", budgetId);
  const row = id === null ? null : await ctx.db.get("budgets", id);
  if (row === null)
    throw memoryError("BUDGET_NOT_FOUND", "No such budget: it may have been removed before.", { budgetId });
  await wakeWaiting(ctx, row._id);
  await removeBudget(ctx, row);
  return null;
}

/** Nobody raises a limit of their own. */
function checkSystem(caller: Caller): void {
  if (caller !== "system")
    throw memoryError("FORBIDDEN", "Only the app's own code sets and lists budgets: use memory.asSystem().");
}
