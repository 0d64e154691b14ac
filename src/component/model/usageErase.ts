import { checkName } from "../../shared/checkedArguments.js";
import { USAGE_ERASE_EVENTS } from "../../shared/ledgerLimits.js";
import { principalOf, userScope } from "../../shared/scope.js";
import { userSubject } from "../../shared/usageSubjects.js";
import { countsOf, NO_COUNTS, withoutCounts } from "../../shared/usageSums.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller, Principal } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { eraseBudgetsOf } from "./budgetErase.js";
import { armSweep } from "./sweeps.js";
import { commitOf, findMark } from "./usageFold.js";
import { placesOf, RollupChanges } from "./usageRollups.js";

type User = Pick<Principal, "tenantId" | "userId">;

/**
 * Takes a user's name out of the ledger: its events go on to count for nobody of that tenant, its budgets go with what
 * runs hold of them. The first page at once, a sweep does the rest. True when nothing is left.
 */
export async function eraseUser(
  ctx: MutationCtx,
  { caller, ...user }: { caller: Caller } & User,
): Promise<{ isDone: boolean }> {
  if (caller !== "system")
    throw memoryError("FORBIDDEN", "Only the system may erase a user from the ledger.");
  checkName("tenantId", user.tenantId);
  checkName("userId", user.userId);
  await eraseBudgetsOf(ctx, userScope(user));
  const isDone = await erasePage(ctx, user);
  if (!isDone) await armSweep(ctx, "usageUser", { delayMs: 0, target: userScope(user) });
  return { isDone };
}

/** A page of it. Gives when to go on, or null when nothing of the user is left. */
export async function sweepUsageUser(ctx: MutationCtx, target: string): Promise<number | null> {
  const user = principalOf(target);
  return user === null || (await erasePage(ctx, user)) ? null : Date.now();
}

/**
 * What is folded moves from the user's sums to nobody's with the very events, so that all sums are exact in between;
 * what is not will be folded for nobody.
 */
async function erasePage(ctx: MutationCtx, user: User): Promise<boolean> {
  const events = await ctx.db
    .query("usageEvents")
    .withIndex("by_user", (q) => q.eq("tenantId", user.tenantId).eq("userId", user.userId))
    .take(USAGE_ERASE_EVENTS);
  const mark = await findMark(ctx);
  const folded = events.filter((event) => mark !== null && commitOf(event) <= mark.commitTs);
  await moveSums(ctx, user, folded);
  for (const { _id } of events) await ctx.db.patch("usageEvents", _id, { userId: "", raw: undefined });
  if (events.length === USAGE_ERASE_EVENTS) return false;
  return await eraseRest(ctx, user);
}

async function moveSums(ctx: MutationCtx, user: User, events: Doc<"usageEvents">[]): Promise<void> {
  const [own, nobodys] = [new RollupChanges(), new RollupChanges()];
  for (const event of events) {
    const place = placesOf(event).find(({ subject }) => subject === userSubject(user));
    if (place === undefined) continue;
    own.add(place, withoutCounts(NO_COUNTS, countsOf(event)));
    nobodys.add({ ...place, subject: userSubject({ ...user, userId: "" }) }, countsOf(event));
  }
  await own.write(ctx);
  await nobodys.write(ctx);
}

/** The user's rows, which hold nothing any more, and what is remembered of calls that it may repeat. */
async function eraseRest(ctx: MutationCtx, user: User): Promise<boolean> {
  const sums = await ctx.db
    .query("usageRollups")
    .withIndex("by_subject", (q) => q.eq("subject", userSubject(user)))
    .take(USAGE_ERASE_EVENTS);
  for (const { _id } of sums) await ctx.db.delete("usageRollups", _id);
  let isDone = sums.length < USAGE_ERASE_EVENTS;
  for (const scope of [`usage|${userScope(user)}`, `used|${userScope(user)}`])
    if (!(await forgetOperations(ctx, scope))) isDone = false;
  return isDone;
}

async function forgetOperations(ctx: MutationCtx, scope: string): Promise<boolean> {
  const operations = await ctx.db
    .query("operations")
    .withIndex("by_operation", (q) => q.eq("scope", scope))
    .take(USAGE_ERASE_EVENTS);
  for (const { _id } of operations) await ctx.db.delete("operations", _id);
  return operations.length < USAGE_ERASE_EVENTS;
}
