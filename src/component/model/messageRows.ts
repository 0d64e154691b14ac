import { previewOf, textOf } from "../../shared/messageText.js";
import { storedFilesOf, tokensOf } from "../../shared/partBodies.js";
import type { Position } from "../../shared/position.js";
import type { Part } from "../../validators/content.js";
import type { Message, MessageRole, MessageState } from "../../validators/message.js";
import type { Principal } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { useFile } from "./files.js";
import { packParts, parseParts, writePieces } from "./messagePayloads.js";
import { findHead } from "./threadAccess.js";
import { noteWritten } from "./writtenMessages.js";

/** A message to write; its parts are checked. Without `state` it is complete. */
export type MessageRow = Position & {
  threadId: Id<"threads">;
  role: MessageRole;
  parts: readonly unknown[];
  state?: MessageState;
  runId?: Id<"runs">;
  author?: string;
  speaker?: string;
  saidAt?: number;
  /** The user whose files it may hold: who wrote or ran it. The thread's owner unless told. */
  filesOf?: string;
  agentName?: string;
  model?: string;
  metadata?: string;
};

/** `tokens` of what its row holds; `preview`: its first words; `payloadIds`: rows of its long parts. */
export type WrittenMessage = {
  messageId: Id<"messages">;
  tokens: number;
  preview: string;
  payloadIds: Id<"payloads">[];
};

/**
 * Writes a message and the payloads of its long parts, and counts the files it holds. Indexes nothing: the caller
 * knows whose scope it is. Throws `INVALID_ARGUMENT`, `MESSAGE_TOO_LARGE`, `FILE_NOT_FOUND`.
 */
export async function insertMessage(
  ctx: MutationCtx,
  { parts: given, state, filesOf, ...row }: MessageRow,
): Promise<WrittenMessage> {
  const parts = parseParts(given);
  const packed = await packParts(parts);
  await useFiles(ctx, { threadId: row.threadId, filesOf: filesOf ?? row.author }, fileIdsOf(parts));
  const messageId = await ctx.db.insert("messages", {
    ...row,
    parts: packed.parts,
    state: storedState(state),
  });
  const payloadIds = await writePieces(ctx, messageId, packed.pieces);
  noteWritten(ctx, messageId);
  return { messageId, tokens: tokensOf(packed.parts), preview: previewOf(textOf(parts)), payloadIds };
}

/** What a placeholder becomes when its answer is there, or has failed. */
export type Replacement = {
  parts: readonly unknown[];
  state: MessageState;
  agentName?: string;
  model?: string;
  filesOf?: string;
};

/** Fills the row of a streamed answer. The row must be a placeholder: one without payloads and files. */
export async function replaceMessage(
  ctx: MutationCtx,
  messageId: Id<"messages">,
  { parts: given, state, filesOf, ...named }: Replacement,
): Promise<void> {
  const parts = parseParts(given);
  const packed = await packParts(parts);
  const fileIds = fileIdsOf(parts);
  const row = fileIds.length === 0 ? null : await ctx.db.get("messages", messageId);
  if (row !== null) await useFiles(ctx, { threadId: row.threadId, filesOf }, fileIds);
  await ctx.db.patch("messages", messageId, { parts: packed.parts, state: storedState(state), ...named });
  await writePieces(ctx, messageId, packed.pieces);
  noteWritten(ctx, messageId);
}

/** Deletes the row of an answer that never came. */
export async function discardMessage(ctx: MutationCtx, messageId: Id<"messages">): Promise<void> {
  await ctx.db.delete("messages", messageId);
}

/** Complete is what a row is without a state: nearly all are, and the field would be a tenth of a short one. */
const storedState = (state: MessageState | undefined): MessageState | undefined =>
  state?.kind === "complete" ? undefined : state;

/** A row as the component returns it. */
export function toMessage(row: Doc<"messages">): Message {
  const { _id, _creationTime, state, ...said } = row;
  return {
    ...said,
    messageId: _id,
    createdAt: _creationTime,
    state: state ?? { kind: "complete" },
    tokens: tokensOf(row.parts),
  };
}

/** True when a row may stand in a context. */
export const isComplete = (row: Doc<"messages">): boolean => row.state === undefined;

/** The stored files that parts hold. */
export const fileIdsOf = (parts: readonly Part[]): string[] => parts.flatMap(storedFilesOf);

/** Whose files a message may hold; `held` are those that it holds already, whosever they are. */
type FileUse = Pick<MessageRow, "threadId" | "filesOf"> & { held?: readonly string[] };

/** Counts the files of a message as used. One that is not of the user, nor held before, is `FILE_NOT_FOUND`. */
export async function useFiles(
  ctx: MutationCtx,
  { threadId, filesOf, held = [] }: FileUse,
  fileIds: readonly string[],
): Promise<void> {
  if (fileIds.length === 0) return;
  const user = await principalOf(ctx, threadId, filesOf);
  if (user === null) return;
  for (const fileId of fileIds) await useFile(ctx, held.includes(fileId) ? "system" : user, fileId);
}

async function principalOf(
  ctx: QueryCtx,
  threadId: Id<"threads">,
  userId: string | undefined,
): Promise<Principal | null> {
  const head = await findHead(ctx, threadId);
  return head === null ? null : { userId: userId ?? head.userId, tenantId: head.tenantId };
}

/** Deletes payload rows of a message, at most `maxRows`. True when none is left. */
export async function deletePieces(
  ctx: MutationCtx,
  messageId: Id<"messages">,
  maxRows: number,
): Promise<boolean> {
  const rows = await ctx.db
    .query("payloads")
    .withIndex("by_message", (q) => q.eq("messageId", messageId))
    .take(maxRows);
  for (const { _id } of rows) await ctx.db.delete("payloads", _id);
  return rows.length < maxRows;
}
