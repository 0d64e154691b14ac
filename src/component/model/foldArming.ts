import {
  FOLD_INTERVAL_MS,
  FOLD_LOOK_STEPS,
  FOLD_LOST_MS,
  FOLD_PAGE_EVENTS,
} from "../../shared/ledgerLimits.js";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

/**
 * Arms a fold where none is armed, or where the one that is was lost: 1 range, and no document while one is armed. The
 * row is looked for where it stands only while a fold must be armed, so a step that looks meets no fold that goes on.
 */
export async function armFold(ctx: MutationCtx): Promise<void> {
  const unarmed = await ctx.db
    .query("usageFolds")
    .withIndex("by_due", (q) => q.lt("dueAt", Date.now() - FOLD_LOST_MS))
    .first();
  if (unarmed !== null) await arm(ctx, unarmed);
}

/**
 * As `armFold`, for a run that goes on: where it waits. Else its end looks, but for one that goes on for long, which looks
 * in full.
 */
export async function armFoldBetween(
  ctx: MutationCtx,
  { steps, waits }: { steps: number; waits: boolean },
): Promise<void> {
  if (steps % FOLD_LOOK_STEPS === 0) await ensureFold(ctx);
  else if (waits) await armFold(ctx);
}

/** As `armFold`, also where there has never been a fold, and where a clock that jumped left it due in years. */
export async function ensureFold(ctx: MutationCtx): Promise<void> {
  const fold = await findFold(ctx);
  if (fold === null) return await armFirst(ctx);
  if (Math.abs(fold.dueAt - Date.now()) > FOLD_LOST_MS) await arm(ctx, fold);
}

/**
 * Sees to it that `armFold` finds a row: for what comes before the first call of a model, and for the settings of the
 * app, whose ledger may be older than folds are. Nothing is armed yet.
 */
export async function prepareFold(ctx: MutationCtx): Promise<void> {
  if ((await findFold(ctx)) === null) await ctx.db.insert("usageFolds", { dueAt: 0 });
}

/** The row that says when the next fold is due. */
export const findFold = (ctx: Pick<QueryCtx, "db">): Promise<Doc<"usageFolds"> | null> =>
  ctx.db.query("usageFolds").first();

async function armFirst(ctx: MutationCtx): Promise<void> {
  const dueAt = Date.now() + FOLD_INTERVAL_MS;
  await ctx.db.insert("usageFolds", { dueAt });
  await scheduleFold(ctx, dueAt, FOLD_INTERVAL_MS);
}

async function arm(
  ctx: MutationCtx,
  { _id, dueAt, maxEvents = FOLD_PAGE_EVENTS }: Doc<"usageFolds">,
): Promise<void> {
  const wasLost = dueAt !== 0;
  const half = Math.max(1, Math.floor(maxEvents / 2));
  await setDue(ctx, _id, { delayMs: FOLD_INTERVAL_MS, ...(wasLost ? { maxEvents: half } : {}) });
}

type Due = { delayMs: number; maxEvents?: number | undefined };

/** Arms the next fold: so much later, with so many events at most. */
export async function setDue(
  ctx: MutationCtx,
  id: Doc<"usageFolds">["_id"],
  { delayMs, maxEvents }: Due,
): Promise<void> {
  const dueAt = Date.now() + delayMs;
  await ctx.db.patch("usageFolds", id, { dueAt, maxEvents });
  await scheduleFold(ctx, dueAt, delayMs);
}

/** After a time and not at one: what a clock says that jumped does not matter then. */
export const scheduleFold = (ctx: MutationCtx, dueAt: number, delayMs: number) =>
  ctx.scheduler.runAfter(delayMs, internal.usage.fold, { dueAt });
