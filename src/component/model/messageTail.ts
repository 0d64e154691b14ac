import { getDocumentSize } from "convex/values";
import { STEP_MAX_TOOL_CALLS } from "../../shared/limits.js";
import { STEERING_MAX_UNREAD } from "../../shared/runLimits.js";
import { comparePositions, PROMPT_STEP, type Position } from "../../shared/position.js";
import { wholeToolGroups } from "../../shared/toolGroups.js";
import type { Message } from "../../validators/message.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { isComplete, toMessage } from "./messageRows.js";

/** Rows of the group that a run has just finished: a call, its results, what the user said then, and a placeholder. */
const NEWEST_GROUP_ROWS = STEP_MAX_TOOL_CALLS + STEERING_MAX_UNREAD + 2;

/**
 * How much of a thread's end is read. Rows of turns from `beforeTurn` on are left out, and those up to `after`, which
 * a summary stands for. Tokens do not cut `keepTurn`:
 * a run that has read much must still see its prompt. Nothing cuts the last tool group of that turn, nor what the user
 * said after it: a model that does not see what its tools gave would call them again.
 */
export type TailLimits = {
  maxMessages: number;
  maxBytes: number;
  maxTokens: number;
  beforeTurn?: number;
  keepTurn?: number;
  /** The first place of that turn that is not shown: what stands from there on has not been read. */
  unreadFrom?: number;
  after?: Position;
};

/** `isCut`: older messages are there that the limits kept out. */
export type Tail = { messages: Message[]; isCut: boolean };

/**
 * The end of a thread, in order: read newest first until rows, bytes or tokens are used up. Whole tool groups only,
 * from a prompt on where there is one; answers that are being written or have failed are left out. One range,
 * whatever the thread's length.
 */
export async function readTail(ctx: QueryCtx, threadId: Id<"threads">, limits: TailLimits): Promise<Tail> {
  const newestFirst: Message[] = [];
  const left = { rows: limits.maxMessages, bytes: limits.maxBytes, tokens: limits.maxTokens };
  const isUsedUp = (turn: number): boolean => left.bytes < 0 || (left.tokens < 0 && turn !== limits.keepTurn);
  let looked = 0;
  const isInNewestGroup = (turn: number): boolean =>
    turn === limits.keepTurn &&
    looked <= NEWEST_GROUP_ROWS &&
    newestFirst.every(({ role }) => role === "tool" || role === "user");
  let isCut = false;
  for await (const row of rowsWithin(ctx, threadId, limits)) {
    looked += 1;
    left.rows -= 1;
    left.bytes -= getDocumentSize(row);
    const message = isComplete(row) ? toMessage(row) : null;
    left.tokens -= message?.tokens ?? 0;
    isCut = isUsedUp(row.turn) && !isInNewestGroup(row.turn);
    if (isCut) break;
    if (message !== null) newestFirst.push(message);
    isCut = left.rows <= 0 && !isInNewestGroup(row.turn);
    if (isCut) break; // before the next row is read for nothing
  }
  const inOrder = newestFirst.reverse();
  return { messages: wholeToolGroups(isCut ? fromPrompt(inOrder) : inOrder), isCut };
}

/** A context that opens in the middle of an answer has lost what it answers. */
function fromPrompt(messages: Message[]): Message[] {
  const first = messages.findIndex(({ role, step }) => role === "user" && step === PROMPT_STEP);
  return messages.slice(Math.max(0, first));
}

/** The message at a place, when it may stand in a context. */
export async function findComplete(
  ctx: QueryCtx,
  { threadId, turn, step }: Position & { threadId: Id<"threads"> },
): Promise<Message | null> {
  const row = await ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", threadId).eq("turn", turn).eq("step", step))
    .unique();
  return row !== null && isComplete(row) ? toMessage(row) : null;
}

/** The rows behind `after` and before the turn `beforeTurn`, newest first. */
async function* rowsWithin(
  ctx: QueryCtx,
  threadId: Id<"threads">,
  { beforeTurn = Infinity, after = THREAD_START, keepTurn, unreadFrom = Infinity }: TailLimits,
): AsyncGenerator<Doc<"messages">> {
  const rows = ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", threadId).gte("turn", after.turn).lt("turn", beforeTurn))
    .order("desc");
  for await (const row of rows) {
    if (comparePositions(row, after) <= 0) return;
    if (row.turn !== keepTurn || row.step < unreadFrom) yield row;
  }
}

/** Before the first place. */
const THREAD_START: Position = { turn: 0, step: -1 };
