import { FOLD_INTERVAL_MS, FOLD_LEAST_MS, FOLD_PAGE_EVENTS } from "../../shared/ledgerLimits.js";
import { countsOf } from "../../shared/usageSums.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { findFold, scheduleFold, setDue } from "./foldArming.js";
import { placesOf, RollupChanges } from "./usageRollups.js";

/** How far events are folded; null: none is. */
export const findMark = (ctx: Pick<QueryCtx, "db">): Promise<Doc<"usageMarks"> | null> =>
  ctx.db.query("usageMarks").first();

/**
 * Adds a page of events to the sums of everybody, their tenant, user and thread, and moves the mark behind them, all in
 * one transaction. Comes back at once while there is more than a page, later while there was something, and else not
 * until it is armed. A call that is not the one that is due does nothing, so that two make no more than one.
 */
export async function fold(ctx: MutationCtx, { dueAt }: { dueAt: number }): Promise<null> {
  const armed = await findFold(ctx);
  if (armed?.dueAt !== dueAt) return null;
  const { maxEvents = FOLD_PAGE_EVENTS } = armed;
  const mark = (await findMark(ctx)) ?? { commitTs: 0n, foldedAt: 0 };
  const page = await readPage(ctx, mark.commitTs, maxEvents);
  if (page.events.length === 0) {
    if (dueAt !== 0) await disarm(ctx, armed);
    return null;
  }
  await addToSums(ctx, page.events);
  const foldedAt = Date.now();
  await moveMark(ctx, mark, { commitTs: page.upTo, foldedAt });
  const delayMs = delayAfter(page.events.length, foldedAt - mark.foldedAt);
  await setDue(ctx, armed._id, page.isFull ? { maxEvents, delayMs: 0 } : { delayMs });
  return null;
}

/**
 * Nothing is left, so none is armed. A run that ended in this very moment saw one armed, and its commit is behind what
 * this transaction sees: one look more, after which whoever comes sees that none is.
 */
async function disarm(ctx: MutationCtx, { _id }: Doc<"usageFolds">): Promise<void> {
  await ctx.db.patch("usageFolds", _id, { dueAt: 0, maxEvents: undefined });
  await scheduleFold(ctx, 0, 0);
}

async function addToSums(ctx: MutationCtx, events: readonly Doc<"usageEvents">[]): Promise<void> {
  const changes = new RollupChanges();
  for (const event of events) for (const place of placesOf(event)) changes.add(place, countsOf(event));
  await changes.write(ctx);
}

type Mark = Pick<Doc<"usageMarks">, "commitTs" | "foldedAt"> & Partial<Pick<Doc<"usageMarks">, "_id">>;

async function moveMark(ctx: MutationCtx, { _id }: Mark, moved: Mark): Promise<void> {
  if (_id === undefined) await ctx.db.insert("usageMarks", moved);
  else await ctx.db.patch("usageMarks", _id, moved);
}

/**
 * A minute; sooner where events come so fast that more than a page would wait. A little below a page, so that it is not
 * full the next time.
 */
export function delayAfter(events: number, passedMs: number): number {
  const untilFullMs = (Math.max(0, passedMs) * FOLD_PAGE_EVENTS * 0.8) / events;
  return Math.round(Math.min(FOLD_INTERVAL_MS, Math.max(FOLD_LEAST_MS, untilFullMs)));
}

/** When an event was committed; one of this very transaction will be after all that is there. */
export const commitOf = ({ commitTs }: Doc<"usageEvents">): bigint =>
  typeof commitTs === "bigint" ? commitTs : AFTER_ALL;
const AFTER_ALL = 2n ** 63n - 1n;

type Page = { events: Doc<"usageEvents">[]; upTo: bigint; isFull: boolean };

/**
 * The next events in the order of their commits, up to what this transaction sees: nothing can be written in there any
 * more, so the fold meets no writer. A commit is taken whole or not at all; one of more events than a page is a page.
 */
async function readPage(ctx: MutationCtx, after: bigint, maxEvents: number): Promise<Page> {
  const upTo = ctx.meta.getSnapshotTs();
  const events = await ctx.db
    .query("usageEvents")
    .withIndex("by_commit", (q) => q.gt("commitTs", after).lte("commitTs", upTo))
    .take(maxEvents + 1);
  const last = events.at(-1);
  if (last === undefined) return { events, upTo: after, isFull: false };
  const lastTs = commitOf(last);
  if (events.length <= maxEvents) return { events, upTo: lastTs, isFull: false };
  const whole = events.filter((event) => commitOf(event) < lastTs);
  const end = whole.at(-1);
  if (end !== undefined) return { events: whole, upTo: commitOf(end), isFull: true };
  const one = ctx.db.query("usageEvents").withIndex("by_commit", (q) => q.eq("commitTs", lastTs));
  return { events: await all(one), upTo: lastTs, isFull: true };
}

/** One commit's, which is bounded: what wrote it had the limits that this transaction has. */
async function all<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}
