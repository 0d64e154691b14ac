import { stream } from "convex-helpers/server/stream";
import { PAYLOAD_PIECE_MAX_BYTES, PAYLOAD_READ_MAX_BYTES } from "../../shared/limits.js";
import { bodyOf } from "../../shared/partBodies.js";
import { isMemoryError, memoryError } from "../../validators/errors.js";
import type { Message } from "../../validators/message.js";
import type { Page, PageRequest } from "../../validators/page.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { payloadOf, piecesFrom } from "./messagePayloads.js";
import { toMessage } from "./messageRows.js";
import { pageOf } from "./paging.js";
import { openThread, type ThreadAccess } from "./threads.js";

type ListArgs = PageRequest & { caller: Caller; threadId: string; turn?: number; order: "asc" | "desc" };

/** A page of a thread, or of one of its turns, by (turn, step): stops by items and by bytes of rows. */
export async function list(ctx: QueryCtx, args: ListArgs): Promise<Page<Message>> {
  const head = await openThread(ctx, args.caller, args.threadId, "read");
  const rows = stream(ctx.db, schema)
    .query("messages")
    .withIndex("by_place", (q) => {
      const inThread = q.eq("threadId", head.threadId);
      return args.turn === undefined ? inThread : inThread.eq("turn", args.turn);
    })
    .order(args.order);
  const { page, cursor } = await pageOf(rows, args);
  return { page: page.map((row) => withAuthor(toMessage(row), head)), cursor };
}

type MessageArgs = { caller: Caller; messageId: string };

/** A message that the caller may read. */
export async function get(ctx: QueryCtx, args: MessageArgs): Promise<Message> {
  const { row, head } = await openMessage(ctx, args, "read");
  return withAuthor(toMessage(row), head);
}

/** Rows name the author of a prompt only when it is not the thread's owner. */
const withAuthor = (message: Message, head: Doc<"threadHeads">): Message =>
  message.role === "user" ? { author: head.userId, ...message } : message;

/**
 * The row of a message and the head of its thread. A message of a thread that the caller may not read looks like one
 * that does not exist: `MESSAGE_NOT_FOUND`.
 */
export async function openMessage(
  ctx: QueryCtx,
  { caller, messageId }: MessageArgs,
  need: ThreadAccess,
): Promise<{ row: Doc<"messages">; head: Doc<"threadHeads"> }> {
  const id = ctx.db.normalizeId("messages", messageId);
  const row = id === null ? null : await ctx.db.get("messages", id);
  if (row === null) throw messageNotFound(messageId);
  try {
    return { row, head: await openThread(ctx, caller, row.threadId, need) };
  } catch (error) {
    throw isMemoryError(error, "THREAD_NOT_FOUND") ? messageNotFound(messageId) : error;
  }
}

const messageNotFound = (messageId: string) =>
  memoryError("MESSAGE_NOT_FOUND", "No such message for this principal: check the id and who asks.", {
    messageId,
  });

/** Pieces that one read returns: as many full ones as fit. */
const PIECES_PER_READ = Math.floor(PAYLOAD_READ_MAX_BYTES / PAYLOAD_PIECE_MAX_BYTES);

type ReadArgs = MessageArgs & { part: number; cursor: number };

/** The text of one part from a piece on, at most `PAYLOAD_READ_MAX_BYTES`; a part in its row has one piece. */
export async function read(ctx: QueryCtx, args: ReadArgs): Promise<{ text: string; cursor: number | null }> {
  const { row } = await openMessage(ctx, args, "read");
  const part = row.parts[args.part];
  const body = part === undefined ? null : bodyOf(part);
  if (part === undefined || body === null)
    throw memoryError("INVALID_ARGUMENT", "The message has no such part, or it has no text.", {
      part: args.part,
    });
  const pieces = payloadOf(part)?.pieces ?? 1;
  const from = args.cursor;
  if (!Number.isInteger(from) || from < 0 || from >= pieces)
    throw memoryError("INVALID_ARGUMENT", "`cursor` must be 0 or come from the read before.", {
      cursor: String(from),
    });
  if (payloadOf(part) === undefined) return { text: body, cursor: null };
  const rows = await piecesFrom(ctx, { messageId: row._id, part: args.part, piece: from }).take(
    PIECES_PER_READ,
  );
  const next = from + rows.length;
  return {
    text: rows.map(({ text }) => text).join(""),
    cursor: next < pieces && rows.length > 0 ? next : null,
  };
}
