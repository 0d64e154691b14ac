import { checkName } from "../../shared/checkedArguments.js";
import { PURGE_PER_WRITE, WORKER_GRACE_MS, WORKER_MAX_MS } from "../../shared/limits.js";
import { userScope } from "../../shared/scope.js";
import type { WorkTarget } from "../../validators/embedding.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { openThread } from "./threads.js";

type Lease = { caller: Caller; target: WorkTarget; holder: string };

/** The longest that one worker holds its target: its action is over by then. */
const LEASE_MS = WORKER_MAX_MS + WORKER_GRACE_MS;
const EVERYTHING = "all";

/**
 * Takes a target for one worker; false while another has it, or has everything. A worker that died holds it no longer
 * than `WORKER_MAX_MS` and `WORKER_GRACE_MS` together.
 */
export async function claim(ctx: MutationCtx, lease: Lease): Promise<{ claimed: boolean }> {
  checkName("holder", lease.holder);
  const target = await nameOf(ctx, lease);
  const held = await findLease(ctx, target);
  if (isHeld(held, lease.holder) || isHeld(await findLease(ctx, EVERYTHING), lease.holder))
    return { claimed: false };
  const row = { target, holder: lease.holder, expiresAt: Date.now() + LEASE_MS };
  if (held === null) await ctx.db.insert("workerLeases", row);
  else await ctx.db.patch("workerLeases", held._id, row);
  await purgeLeases(ctx);
  return { claimed: true };
}

/** Gives a target back. Nothing happens when another worker has it by now. */
export async function release(ctx: MutationCtx, lease: Lease): Promise<null> {
  const held = await findLease(ctx, await nameOf(ctx, lease));
  if (held?.holder === lease.holder) await ctx.db.delete("workerLeases", held._id);
  return null;
}

const isHeld = (lease: Doc<"workerLeases"> | null, holder: string): boolean =>
  lease !== null && lease.holder !== holder && lease.expiresAt > Date.now();

async function nameOf(ctx: QueryCtx, { caller, target }: Lease): Promise<string> {
  switch (target.kind) {
    case "thread":
      return `thread:${(await openThread(ctx, caller, target.threadId, "write")).threadId}`;
    case "user":
      if (caller !== "system") return userScope(caller);
      throw memoryError("INVALID_ARGUMENT", "The system is no user: name a thread, or work on all.");
    case "all":
      if (caller === "system") return EVERYTHING;
      throw memoryError("FORBIDDEN", "Only the app's own code works on everything: use memory.asSystem().");
  }
}

const findLease = (ctx: QueryCtx, target: string): Promise<Doc<"workerLeases"> | null> =>
  ctx.db
    .query("workerLeases")
    .withIndex("by_target", (q) => q.eq("target", target))
    .unique();

/** Leases of workers that died are removed by those who come after them. */
async function purgeLeases(ctx: MutationCtx): Promise<void> {
  const expired = await ctx.db
    .query("workerLeases")
    .withIndex("by_expiry", (q) => q.lte("expiresAt", Date.now()))
    .take(PURGE_PER_WRITE);
  for (const { _id } of expired) await ctx.db.delete("workerLeases", _id);
}
