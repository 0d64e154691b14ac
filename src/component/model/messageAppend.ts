import { getConvexSize } from "convex/values";
import { checkMetadata, checkName, checkTime } from "../../shared/checkedArguments.js";
import {
  APPEND_MAX_BYTES,
  APPEND_MAX_FILES,
  APPEND_MAX_MESSAGES,
  APPEND_MAX_ROWS,
  BATCH_MIN_MESSAGES,
} from "../../shared/limits.js";
import { isBlank, textOf } from "../../shared/messageText.js";
import { appendPlaces, type Position } from "../../shared/position.js";
import { threadScope, userScope } from "../../shared/scope.js";
import type { Part } from "../../validators/content.js";
import { memoryError } from "../../validators/errors.js";
import type { HookHandles } from "../../validators/hook.js";
import type { MessageRole } from "../../validators/message.js";
import type { NewMessage, Place } from "../../validators/messageWrite.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellMessages } from "./hooks.js";
import { parseParts } from "./messagePayloads.js";
import { fileIdsOf, insertMessage } from "./messageRows.js";
import { runOnce } from "./operations.js";
import { indexMessage, type HumanChain } from "./recall.js";
import { openThread } from "./threads.js";

type GivenMessage = Omit<NewMessage, "parts"> & { parts: unknown[] };
type AppendArgs = {
  caller: Caller;
  threadId: string;
  messages: GivenMessage[];
  operationId?: string;
  hooks?: HookHandles;
};

/** Writes messages at the end of a thread: every prompt opens a turn, so two writers never share a place. */
export async function append(ctx: MutationCtx, args: AppendArgs): Promise<{ places: Place[] }> {
  const head = await openThread(ctx, args.caller, args.threadId, "write");
  const messages = args.messages.map(checkMessage);
  checkSize(messages);
  const author = args.caller === "system" ? undefined : args.caller.userId;
  const operation = {
    scope: threadScope(head.threadId),
    operationId: args.operationId,
    payload: { author, messages },
  };
  const written = await runOnce(ctx, operation, () => write(ctx, { head, messages, author }));
  await tellMessages(ctx, args.hooks);
  return written;
}

function checkMessage({ parts: given, ...message }: GivenMessage): NewMessage {
  checkName("agentName", message.agentName);
  checkName("model", message.model);
  checkName("speaker", message.speaker);
  checkTime("saidAt", message.saidAt);
  checkMetadata(message.metadata);
  const parts = parseParts(given);
  checkSaid(message.role, parts);
  return { ...message, parts };
}

/** Refuses a message that says nothing. */
export function checkSaid(role: MessageRole, parts: readonly Part[]): void {
  if (role === "user" && isBlank(parts))
    throw memoryError("PROMPT_EMPTY", "A user's message has neither text nor a file: write something.");
  if (parts.length === 0) throw memoryError("INVALID_ARGUMENT", "A message must have a part.");
}

function checkSize(messages: readonly NewMessage[]): void {
  if (messages.length === 0 || messages.length > APPEND_MAX_MESSAGES)
    throw memoryError("INVALID_ARGUMENT", `An append takes 1 to ${APPEND_MAX_MESSAGES} messages.`, {
      messages: messages.length,
    });
  const files = messages.reduce((sum, { parts }) => sum + fileIdsOf(parts).length, 0);
  if (files > APPEND_MAX_FILES)
    throw memoryError("INVALID_ARGUMENT", `An append takes ${APPEND_MAX_FILES} files at most.`, { files });
  const bytes = messages.reduce((sum, { parts }) => sum + getConvexSize(parts), 0);
  if (bytes <= APPEND_MAX_BYTES) return;
  throw memoryError("MESSAGE_TOO_LARGE", "The messages are too large for one append: append them in parts.", {
    bytes,
    maxBytes: APPEND_MAX_BYTES,
  });
}

type Writing = { head: Doc<"threadHeads">; messages: readonly NewMessage[]; author: string | undefined };
type Written = { messageId: Id<"messages">; preview: string; ids: string[]; rows: number };

async function write(ctx: MutationCtx, writing: Writing): Promise<{ places: Place[] }> {
  const { head, messages } = writing;
  const { places, nextTurn } = appendPlaces(
    messages.map((message) => message.role),
    head.nextTurn,
  );
  const written: Place[] = [];
  const ids: string[] = [];
  let rows = 0;
  let preview = head.preview;
  const chain: HumanChain = {};
  for (const [index, message] of messages.entries()) {
    const place = places[index] ?? { turn: nextTurn, step: 0 };
    const row = await writeOne(ctx, writing, { message, place, chain });
    written.push({ messageId: row.messageId, ...place });
    ids.push(...row.ids);
    rows += row.rows;
    if (rows > APPEND_MAX_ROWS)
      throw memoryError("MESSAGE_TOO_LARGE", "The messages have too many long parts: append them in parts.", {
        maxRows: APPEND_MAX_ROWS,
      });
    if (row.preview !== "") preview = { role: message.role, text: row.preview };
  }
  const counted = { nextTurn, messages: head.messages + messages.length };
  await ctx.db.patch("threadHeads", head._id, { ...counted, preview });
  await ctx.db.patch("threads", head.threadId, { lastActivityAt: Date.now() });
  if (messages.length >= BATCH_MIN_MESSAGES)
    await ctx.db.insert("batches", { threadId: head.threadId, written: ids });
  return { places: written };
}

async function writeOne(
  ctx: MutationCtx,
  { head, author }: Writing,
  { message, place, chain }: { message: NewMessage; place: Position; chain: HumanChain },
): Promise<Written> {
  const { threadId } = head;
  const writer = message.role === "user" && author !== head.userId ? author : undefined;
  const row = await insertMessage(ctx, { threadId, ...place, ...message, author: writer, filesOf: author });
  const said = { ...message, messageId: row.messageId, turn: place.turn, at: message.saidAt ?? Date.now() };
  const entryId = await indexText(ctx, head, { ...said, chain });
  // The sweep must read a row that holds files, or it could not release them.
  const listed = fileIdsOf(message.parts).length === 0 ? [row.messageId, ...row.payloadIds] : [];
  return {
    messageId: row.messageId,
    preview: row.preview,
    rows: 1 + row.payloadIds.length,
    ids: entryId === null ? listed : [...listed, entryId],
  };
}

type Said = { messageId: Id<"messages">; turn: number; at: number } & Pick<
  NewMessage,
  "role" | "parts" | "speaker"
>;

/** Makes what users and agents said findable; its vector is made with the next turn. */
export async function indexText(
  ctx: MutationCtx,
  head: Doc<"threadHeads">,
  { messageId, turn, role, parts, speaker, at, chain }: Said & { chain?: HumanChain },
): Promise<Id<"recallEntries"> | null> {
  const text = role === "user" || role === "assistant" ? textOf(parts) : "";
  if (text.trim() === "") return null;
  const { threadId } = head;
  const scope = userScope(head);
  const said = { messageId, threadId, turn, scope, role, speaker, text, at };
  return await indexMessage(ctx, { ...said, pending: true }, chain);
}
