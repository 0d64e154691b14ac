import { stream } from "convex-helpers/server/stream";
import { getDocumentSize } from "convex/values";
import { checkedLimit, checkTime } from "../../shared/checkedArguments.js";
import { PAGE_MAX_BYTES } from "../../shared/limits.js";
import { comparePositions } from "../../shared/position.js";
import { isActive } from "../../shared/runState.js";
import { userScope } from "../../shared/scope.js";
import { isMemoryError, memoryError } from "../../validators/errors.js";
import type { Message } from "../../validators/message.js";
import type { Page, PageRequest } from "../../validators/page.js";
import type { Caller, Principal } from "../../validators/principal.js";
import type { Summary } from "../../validators/summary.js";
import type { OwnedSummary, Uncovered } from "../../validators/summaryWork.js";
import type { ThreadPlace } from "../../validators/thread.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { isComplete, toMessage } from "./messageRows.js";
import { pageOf } from "./paging.js";
import { stateOf } from "./runRows.js";
import { compactionHead, findNewest, rowsBehind, toSummary } from "./summaryRows.js";
import { findHead, openThread } from "./threadAccess.js";
import { ownerOf } from "./threads.js";

type OfThread = { caller: Caller; threadId: string };

/** A summary of a thread that the caller may read; others look like one that does not exist. */
export async function get(ctx: QueryCtx, args: { caller: Caller; summaryId: string }): Promise<Summary> {
  const id = ctx.db.normalizeId("summaries", args.summaryId);
  const row = id === null ? null : await ctx.db.get("summaries", id);
  if (row === null) throw summaryNotFound(args.summaryId);
  try {
    await openThread(ctx, args.caller, row.threadId, "read");
  } catch (error) {
    throw isMemoryError(error, "THREAD_NOT_FOUND") ? summaryNotFound(args.summaryId) : error;
  }
  return toSummary(row);
}

const summaryNotFound = (summaryId: string) =>
  memoryError("SUMMARY_NOT_FOUND", "No such summary for this principal: check the id and who asks.", {
    summaryId,
  });

/** The summaries of a thread, newest first. */
export async function list(ctx: QueryCtx, args: OfThread & PageRequest): Promise<Page<Summary>> {
  const head = await openThread(ctx, args.caller, args.threadId, "read");
  const rows = stream(ctx.db, schema)
    .query("summaries")
    .withIndex("by_thread", (q) => q.eq("threadId", head.threadId))
    .order("desc");
  const { page, cursor } = await pageOf(rows, args);
  return { page: page.map(toSummary), cursor };
}

/** The newest summary, or the newest that ends before a turn: a context never tells of turns to come. */
export async function latest(
  ctx: QueryCtx,
  args: OfThread & { beforeTurn?: number },
): Promise<Summary | null> {
  const head = await openThread(ctx, args.caller, args.threadId, "read");
  const row = await summaryBefore(ctx, head, args.beforeTurn);
  return row === null ? null : toSummary(row);
}

/** As `latest`, for a head that was read. One read where the newest will do, as it nearly always does. */
export async function summaryBefore(
  ctx: QueryCtx,
  head: Doc<"threadHeads">,
  turn: number | undefined,
): Promise<Doc<"summaries"> | null> {
  let row = await findNewest(ctx, head);
  while (row !== null && turn !== undefined && row.to.turn >= turn)
    row = row.parentId === undefined ? null : await ctx.db.get("summaries", row.parentId);
  return row;
}

type UncoveredArgs = OfThread & { after: ThreadPlace | null; limit?: number };

/** Messages behind the newest summary, and behind `after`: as many as a page has, stopped by bytes too. */
export async function listUncovered(ctx: QueryCtx, args: UncoveredArgs): Promise<Uncovered> {
  const head = await openThread(ctx, args.caller, args.threadId, "read");
  const newest = await findNewest(ctx, head);
  const run = head.activeRunId === undefined ? null : await ctx.db.get("runs", head.activeRunId);
  const page = await pageBehind(ctx, head, { ...args, after: laterOf(newest?.to ?? null, args.after) });
  return {
    head: compactionHead(head),
    ...(newest === null ? {} : { summary: toSummary(newest) }),
    ...(run !== null && isActive(stateOf(run)) ? { runningTurn: run.turn } : {}),
    ...(head.tokenFactor === undefined ? {} : { tokenFactor: head.tokenFactor }),
    ...page,
  };
}

function laterOf(left: ThreadPlace | null, right: ThreadPlace | null): ThreadPlace | null {
  if (left === null || right === null) return left ?? right;
  return comparePositions(left, right) > 0 ? left : right;
}

async function pageBehind(
  ctx: QueryCtx,
  head: Doc<"threadHeads">,
  { after, limit }: UncoveredArgs,
): Promise<{ messages: Message[]; cursor: ThreadPlace | null }> {
  const maxRows = checkedLimit(limit);
  const messages: Message[] = [];
  let cursor: ThreadPlace | null = null;
  let rows = 0;
  let bytes = 0;
  for await (const row of rowsBehind(ctx, head.threadId, after)) {
    if (rows === maxRows || bytes > PAGE_MAX_BYTES) return { messages, cursor };
    rows += 1;
    bytes += getDocumentSize(row);
    cursor = { turn: row.turn, step: row.step };
    if (isComplete(row)) messages.push(toMessage(row));
  }
  return { messages, cursor: null };
}

type RecentArgs = PageRequest & { caller: Caller; owner?: Principal; since: number; until: number };

/** Summaries that were written from `since` until before `until`: those of an owner, or for the system all. */
export async function listRecent(ctx: QueryCtx, args: RecentArgs): Promise<Page<OwnedSummary>> {
  checkTime("since", args.since);
  checkTime("until", args.until);
  if (args.until <= args.since) return { page: [], cursor: null };
  const { page, cursor } = await pageOf(recentRows(ctx, args), args);
  const owned: OwnedSummary[] = [];
  for (const row of page) {
    const head = await findHead(ctx, row.threadId);
    if (head === null || head.removing === true) continue;
    const { userId, tenantId } = head;
    owned.push({ ...toSummary(row), owner: { userId, ...(tenantId === undefined ? {} : { tenantId }) } });
  }
  return { page: owned, cursor };
}

function recentRows(ctx: QueryCtx, args: RecentArgs) {
  const { since, until } = args;
  const rows = stream(ctx.db, schema).query("summaries");
  if (args.caller === "system" && args.owner === undefined)
    return rows
      .withIndex("by_creation_time", (q) => q.gte("_creationTime", since).lt("_creationTime", until))
      .order("desc");
  const scope = userScope(ownerOf(args));
  return rows
    .withIndex("by_scope", (q) => q.eq("scope", scope).gte("_creationTime", since).lt("_creationTime", until))
    .order("desc");
}
