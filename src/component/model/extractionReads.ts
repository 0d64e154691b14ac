import { stream } from "convex-helpers/server/stream";
import { getDocumentSize } from "convex/values";
import {
  EXTRACTION_MAX_BYTES,
  EXTRACTION_MAX_MESSAGES,
  EXTRACTION_MAX_ROWS,
  PAGE_MAX_BYTES,
  RECALL_TEXT_MAX_BYTES,
} from "../../shared/limits.js";
import { textOf } from "../../shared/messageText.js";
import { comparePositions, type Position } from "../../shared/position.js";
import { userScope } from "../../shared/scope.js";
import { cutToBytes, utf8Bytes } from "../../shared/utf8.js";
import type { SaidMessage, Unread } from "../../validators/extraction.js";
import type { Page, PageRequest } from "../../validators/page.js";
import type { Caller, Principal, ScopeKind } from "../../validators/principal.js";
import type { ThreadPlace } from "../../validators/thread.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { similarFacts } from "./factSimilar.js";
import { pageOf } from "./paging.js";
import { openScope, type OpenScope } from "./scopeAccess.js";
import { findHead, openThread } from "./threadAccess.js";
import { ownerOf } from "./threadReads.js";

export type ExtractionArgs = { caller: Caller; threadId: string; scope?: ScopeKind };

/** How far a thread was read, or null. */
export const findCursor = (ctx: QueryCtx, threadId: Id<"threads">): Promise<Doc<"extractions"> | null> =>
  ctx.db
    .query("extractions")
    .withIndex("by_thread", (q) => q.eq("threadId", threadId))
    .unique();

/** Where facts of a thread go: with its own when others are in it, else with the user who asks; or as told. */
export async function openTarget(
  ctx: QueryCtx,
  head: Doc<"threadHeads">,
  { caller, scope: asked }: ExtractionArgs,
): Promise<OpenScope & { kind: ScopeKind }> {
  const kind = asked ?? (head.shared === true ? "thread" : "user");
  const { userId, tenantId } = head;
  const owner = caller === "system" ? { userId, tenantId } : undefined;
  const threadId = kind === "thread" ? head.threadId : undefined;
  return { kind, ...(await openScope(ctx, { caller, scope: kind, threadId, owner }, "write")) };
}

/**
 * What people and agents said after the cursor: complete messages with words, in bounded batches. Tool calls and
 * results, reasoning, failed and streaming messages are passed over; nothing that was injected is a message at all.
 * Stops before the turn of a run that is under way.
 */
export async function read(ctx: QueryCtx, args: ExtractionArgs): Promise<Unread> {
  const head = await openThread(ctx, args.caller, args.threadId, "write");
  const { kind, scope } = await openTarget(ctx, head, args);
  const from = (await findCursor(ctx, head.threadId))?.readTo ?? null;
  const { messages, to, isLast } = await readBatch(ctx, head, from);
  const known = messages.length === 0 ? [] : await similarFacts(ctx, scope, messages);
  return { from, to, readAt: Date.now(), scope: kind, messages, known, isLast };
}

type Batch = Pick<Unread, "messages" | "to" | "isLast">;

async function readBatch(ctx: QueryCtx, head: Doc<"threadHeads">, from: ThreadPlace | null): Promise<Batch> {
  const endTurn = await openTurn(ctx, head);
  const batch: Batch = { messages: [], to: null, isLast: true };
  let rows = 0;
  let rowBytes = 0;
  let bytes = 0;
  for await (const row of saidAfter(ctx, head.threadId, from)) {
    if (row.turn >= endTurn || row.state?.kind === "streaming") return batch;
    const said = saidIn(row, head);
    bytes += said === null ? 0 : utf8Bytes(said.text);
    const isFull = rows === EXTRACTION_MAX_ROWS || rowBytes > PAGE_MAX_BYTES;
    const isEnough = batch.messages.length === EXTRACTION_MAX_MESSAGES || bytes > EXTRACTION_MAX_BYTES;
    if (isFull || (isEnough && batch.messages.length > 0)) return { ...batch, isLast: false };
    rows += 1;
    rowBytes += getDocumentSize(row);
    batch.to = { turn: row.turn, step: row.step };
    if (said !== null) batch.messages.push(said);
  }
  return batch;
}

/** The turn of the run under way, which is read once it has ended; without one there is no end. */
async function openTurn(ctx: QueryCtx, { activeRunId }: Doc<"threadHeads">): Promise<number> {
  const run = activeRunId === undefined ? null : await ctx.db.get("runs", activeRunId);
  return run?.turn ?? Infinity;
}

/** The rows behind a place, in order, without prompts that wait for their time: they will be said behind all this. */
async function* saidAfter(
  ctx: QueryCtx,
  threadId: Id<"threads">,
  from: Position | null,
): AsyncGenerator<Doc<"messages">> {
  for await (const row of rowsAfter(ctx, threadId, from)) if (row.state?.kind !== "scheduled") yield row;
}

/** The rows behind a place, in order: the rest of its turn, then what follows. */
async function* rowsAfter(
  ctx: QueryCtx,
  threadId: Id<"threads">,
  from: Position | null,
): AsyncGenerator<Doc<"messages">> {
  if (from !== null)
    yield* ctx.db
      .query("messages")
      .withIndex("by_place", (q) => q.eq("threadId", threadId).eq("turn", from.turn).gt("step", from.step));
  yield* ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", threadId).gt("turn", from?.turn ?? -1));
}

/** The words of a message that a person or an agent has said to its end; null when it has none. */
export function saidIn(row: Doc<"messages">, head: Doc<"threadHeads">): SaidMessage | null {
  const { role, state } = row;
  if (role !== "user" && role !== "assistant") return null;
  if (state !== undefined && state.kind !== "complete") return null;
  const text = cutToBytes(textOf(row.parts), RECALL_TEXT_MAX_BYTES).trim();
  if (text === "") return null;
  const said = role === "user" ? (row.author ?? head.userId) : (row.agentName ?? role);
  return {
    messageId: row._id,
    role,
    speaker: row.speaker ?? said,
    saidAt: row.saidAt ?? Math.floor(row._creationTime),
    text,
  };
}

type ListArgs = PageRequest & { caller: Caller; owner?: Principal };
type ThreadToRead = { threadId: Id<"threads">; isUnread: boolean };

/**
 * The threads of an owner, or for the system without one of everyone, newest activity first, and whether something in
 * them was not read for facts yet.
 */
export async function list(ctx: QueryCtx, args: ListArgs): Promise<Page<ThreadToRead>> {
  const { page, cursor } = await pageOf(threadsToList(ctx, args), args);
  const shown: ThreadToRead[] = [];
  for (const { _id: threadId } of page) {
    const head = await findHead(ctx, threadId);
    if (head === null || head.removing === true) continue;
    shown.push({ threadId, isUnread: isUnread(head, await findCursor(ctx, threadId)) });
  }
  return { page: shown, cursor };
}

function threadsToList(ctx: QueryCtx, args: ListArgs) {
  const threads = stream(ctx.db, schema).query("threads");
  if (args.caller === "system" && args.owner === undefined)
    return threads.withIndex("by_activity").order("desc");
  const scope = userScope(ownerOf(args));
  return threads.withIndex("by_scope_activity", (q) => q.eq("scope", scope)).order("desc");
}

function isUnread(head: Doc<"threadHeads">, cursor: Doc<"extractions"> | null): boolean {
  if (cursor === null) return head.nextTurn > 0;
  return cursor.readTo.turn < head.nextTurn - 1 || cursor.isInsideTurn === true;
}

/** True when both are the same place, or both none. */
export const samePlace = (one: ThreadPlace | null, other: ThreadPlace | null): boolean =>
  one === null || other === null ? one === other : comparePositions(one, other) === 0;
