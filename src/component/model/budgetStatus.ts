import { checkName } from "../../shared/checkedArguments.js";
import { renewed } from "../../shared/budgetState.js";
import { STATUS_MAX_RUNS } from "../../shared/ledgerLimits.js";
import { userScope } from "../../shared/scope.js";
import type { BudgetStatus } from "../../validators/budget.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { budgetsOf, stateIn, subjectsOf, toldOf, type Spender } from "./budgetRows.js";
import { openThread } from "./threadAccess.js";

type StatusArgs = {
  caller: Caller;
  userId?: string;
  tenantId?: string;
  agentName?: string;
  threadId?: string;
};

/** Rows of runs that may still be looked at. */
type Room = { runs: number };

/** Where each budget stands that limits a principal: as a tenant's, a user's, an agent's and in a thread. */
export async function status(ctx: QueryCtx, args: StatusArgs): Promise<BudgetStatus[]> {
  const spender = await spenderOf(ctx, args);
  const room = { runs: STATUS_MAX_RUNS };
  const found: BudgetStatus[] = [];
  for (const { subject } of subjectsOf(spender))
    for (const row of await budgetsOf(ctx, subject)) found.push(await statusOf(ctx, row, room));
  return found;
}

/** A principal asks for itself; the app's own code names whom it means, or a thread, whose owner pays. */
async function spenderOf(ctx: QueryCtx, args: StatusArgs): Promise<Spender> {
  const { caller, userId, tenantId, agentName, threadId } = args;
  for (const field of ["userId", "tenantId", "agentName"] as const) checkName(field, args[field]);
  const head = threadId === undefined ? null : await openThread(ctx, caller, threadId, "read");
  const where = { agentName, threadId: head?.threadId };
  if (caller !== "system") {
    if (userId !== undefined || tenantId !== undefined)
      throw memoryError("INVALID_ARGUMENT", "A principal asks for its own budgets: leave out who is meant.");
    return { ...where, scope: userScope(caller) };
  }
  if (userId !== undefined)
    return { ...where, scope: userScope({ userId, ...(tenantId === undefined ? {} : { tenantId }) }) };
  if (head === null || tenantId !== undefined)
    throw memoryError("INVALID_ARGUMENT", "The system has no budget: name a user, or a thread.");
  return { ...where, scope: userScope(head) };
}

async function statusOf(ctx: QueryCtx, row: Doc<"budgets">, room: Room): Promise<BudgetStatus> {
  const state = renewed(stateIn(row), Date.now());
  const told = toldOf(row, state);
  const { inFlight, isCut } = await spentByOpenRuns(
    ctx,
    { budgetId: row._id, startedAt: state.startedAt },
    room,
  );
  return {
    ...{ ...told, mode: row.mode, inFlight },
    remaining: Math.max(0, state.limit - state.spent - Math.max(state.reserved, inFlight)),
    isWarned: state.warnedAt !== undefined,
    ...(row.isByRule === true ? { isByRule: true } : {}),
    ...(isCut ? { isCut: true } : {}),
  };
}

type Period = { budgetId: Id<"budgets">; startedAt: number };

/** What runs have spent of what they drew in this period and did not return yet. */
async function spentByOpenRuns(
  ctx: QueryCtx,
  { budgetId, startedAt }: Period,
  room: Room,
): Promise<{ inFlight: number; isCut: boolean }> {
  const slabs = await ctx.db
    .query("slabs")
    .withIndex("by_budget", (q) => q.eq("budgetId", budgetId))
    .order("desc")
    .take(room.runs + 1);
  const looked = slabs.slice(0, room.runs);
  room.runs -= looked.length;
  let inFlight = 0;
  for (const { runId } of looked) {
    const run = await ctx.db.get("runs", runId);
    const hold = run?.budgets?.held.find((other) => other.budgetId === budgetId);
    if (hold?.startedAt === startedAt) inFlight += hold.spent;
  }
  return { inFlight, isCut: slabs.length > looked.length };
}
