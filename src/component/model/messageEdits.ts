import { getDocumentSize } from "convex/values";
import { checkMetadata } from "../../shared/checkedArguments.js";
import { PAGE_MAX_BYTES, STEP_MAX_TOOL_CALLS } from "../../shared/limits.js";
import { previewOf, textOf } from "../../shared/messageText.js";
import type { Part } from "../../validators/content.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { forgetRecalled } from "./contextParts.js";
import { followEdit, followRemoval } from "./factFollow.js";
import { releaseFile } from "./files.js";
import { checkSaid, indexText } from "./messageAppend.js";
import { packParts, parseParts, payloadBytes, writePieces } from "./messagePayloads.js";
import { openMessage } from "./messageReads.js";
import { deletePieces, fileIdsOf, useFiles } from "./messageRows.js";
import { removeEntries, rewriteFollower } from "./recall.js";
import { noteEdit } from "./summaries.js";
import { armSweep } from "./sweeps.js";

/** Rows of payloads of one message: its bytes are bounded, so are its pieces. */
const PIECES_MAX = 1_024;
/** Rows around a message that can belong to its tool group: the call, its results, and one more to see the end. */
const GROUP_MAX_ROWS = STEP_MAX_TOOL_CALLS + 2;

type UpdateArgs = { caller: Caller; messageId: string; parts?: unknown[]; metadata?: string };

/** Replaces what is named; metadata of `null` (JSON) stands for none. Owners may edit any message, writers what they wrote themselves. */
export async function update(ctx: MutationCtx, args: UpdateArgs): Promise<null> {
  checkMetadata(args.metadata);
  const { row, head } = await openForEdit(ctx, args);
  if (args.metadata !== undefined) {
    const metadata = args.metadata === "null" ? undefined : args.metadata;
    await ctx.db.patch("messages", row._id, { metadata });
  }
  const filesOf = args.caller === "system" ? undefined : args.caller.userId;
  if (args.parts !== undefined)
    await replaceParts(ctx, { row, head, parts: parseParts(args.parts), filesOf });
  return null;
}

type Editing = { row: Doc<"messages">; head: Doc<"threadHeads"> };

async function openForEdit(ctx: QueryCtx, args: { caller: Caller; messageId: string }): Promise<Editing> {
  const opened = await openMessage(ctx, args, "write");
  const { row } = opened;
  const isAuthor = args.caller !== "system" && row.author !== undefined && row.author === args.caller.userId;
  if (!isAuthor) await openMessage(ctx, args, "own");
  const isOfActiveRun = row.runId !== undefined && row.runId === opened.head.activeRunId;
  if (row.state?.kind === "streaming" || isOfActiveRun)
    throw memoryError("RUN_ACTIVE", "The message is of a run under way: wait for its end, or cancel it.", {
      messageId: row._id,
    });
  return opened;
}

async function replaceParts(
  ctx: MutationCtx,
  { row, head, parts, filesOf }: Editing & { parts: Part[]; filesOf: string | undefined },
): Promise<void> {
  checkSaid(row.role, parts);
  const packed = await packParts(parts);
  const held = fileIdsOf(row.parts);
  await useFiles(ctx, { threadId: row.threadId, filesOf, held }, fileIdsOf(parts)); // before the old ones go, so that a kept file is never released
  for (const fileId of held) await releaseFile(ctx, fileId);
  if (payloadBytes(row.parts) > 0) await deletePieces(ctx, row._id, PIECES_MAX);
  await ctx.db.patch("messages", row._id, { parts: packed.parts, editedAt: Date.now() });
  await writePieces(ctx, row._id, packed.pieces);
  await followEdit(ctx, row._id);
  await forgetRecalled(ctx, row._id);
  await indexAnew(ctx, { row, head, parts });
  const preview = previewOf(textOf(parts));
  const hasEdits = packed.pieces.length > 0 || fileIdsOf(parts).length > 0;
  await ctx.db.patch("threadHeads", head._id, {
    ...(await noteEdit(ctx, head, row)),
    ...(showsIn(head, row)
      ? { preview: preview === "" ? undefined : { role: row.role, text: preview } }
      : {}),
    ...(hasEdits ? { hasEdits } : {}),
  });
}

/** The new words, in the message's own entry and in that of the one that follows it. */
async function indexAnew(ctx: MutationCtx, { row, head, parts }: Editing & { parts: Part[] }): Promise<void> {
  const { _id: messageId, threadId, turn, role } = row;
  if (row.state?.kind === "scheduled") return; // nobody is to find what is not said yet
  await removeEntries(ctx, messageId);
  const at = row.saidAt ?? row._creationTime;
  const entryId = await indexText(ctx, head, { ...row, messageId, parts, at });
  if (role === "user" && entryId !== null)
    await rewriteFollower(ctx, { threadId, turn, sourceId: messageId });
}

/** True when the list of threads shows this message's words. */
function showsIn(head: Doc<"threadHeads">, row: Doc<"messages">): boolean {
  const text = previewOf(textOf(row.parts));
  return text !== "" && head.preview?.role === row.role && head.preview.text === text;
}

/** Removes a message with the rest of its tool group: a call never stays without its results, nor they without it. */
export async function remove(
  ctx: MutationCtx,
  args: { caller: Caller; messageId: string },
): Promise<{ removed: number }> {
  const { row, head } = await openForEdit(ctx, args);
  const group = await toolGroupOf(ctx, row);
  for (const member of group) await removeRow(ctx, member);
  await followRemoval(
    ctx,
    group.map((member) => member._id),
  );
  const showed = group.some((member) => showsIn(head, member));
  await ctx.db.patch("threadHeads", head._id, {
    ...(await noteEdit(ctx, head, group[0] ?? row)),
    messages: Math.max(0, head.messages - group.length),
    ...(showed ? { preview: await lastPreview(ctx, head) } : {}),
  });
  return { removed: group.length };
}

async function removeRow(ctx: MutationCtx, row: Doc<"messages">): Promise<void> {
  await ctx.db.delete("messages", row._id);
  await removeEntries(ctx, row._id);
  await forgetRecalled(ctx, row._id);
  for (const fileId of fileIdsOf(row.parts)) await releaseFile(ctx, fileId);
  if (payloadBytes(row.parts) > 0) await armSweep(ctx, "message", { delayMs: 0, target: row._id });
}

/** The message that asked for tools and all their results, for any one of them; else the message alone. */
async function toolGroupOf(ctx: QueryCtx, row: Doc<"messages">): Promise<Doc<"messages">[]> {
  const { asking, passed } = row.role === "tool" ? await findAsking(ctx, row) : { asking: row, passed: [] };
  if (asking === null) return [row];
  const called = idsOf(asking, "toolCall");
  if (called.size === 0) return [row];
  const group = [asking];
  for await (const next of following(ctx, row, passed)) {
    const answers = idsOf(next, "toolResult");
    if (next.role === "tool" && [...answers].some((callId) => called.has(callId))) group.push(next);
    if (group.length >= GROUP_MAX_ROWS || next.role === "user") break;
  }
  return group;
}

type Asking = { asking: Doc<"messages"> | null; passed: Doc<"messages">[] };

/** The message that asked for a result, and the rows from there to the result: long ones are not to be read twice. */
async function findAsking(ctx: QueryCtx, result: Doc<"messages">): Promise<Asking> {
  const answered = idsOf(result, "toolResult");
  const passed = [result];
  for await (const before of neighbours(ctx, result, "desc")) {
    if ([...idsOf(before, "toolCall")].some((callId) => answered.has(callId)))
      return { asking: before, passed };
    passed.unshift(before);
  }
  return { asking: null, passed };
}

/** What was passed on the way to the asking message, and what stands after `row`. */
async function* following(
  ctx: QueryCtx,
  row: Doc<"messages">,
  passed: Doc<"messages">[],
): AsyncGenerator<Doc<"messages">> {
  yield* passed;
  yield* neighbours(ctx, row, "asc");
}

/** The rows after or before a message, nearest first; as many as a tool group can have. */
async function* neighbours(
  ctx: QueryCtx,
  { threadId, turn, step }: Doc<"messages">,
  order: "asc" | "desc",
): AsyncGenerator<Doc<"messages">> {
  const rows = ctx.db
    .query("messages")
    .withIndex("by_place", (q) => {
      const ofTurn = q.eq("threadId", threadId).eq("turn", turn);
      return order === "asc" ? ofTurn.gt("step", step) : ofTurn.lt("step", step);
    })
    .order(order);
  let count = 0;
  for await (const row of rows) {
    if (count === GROUP_MAX_ROWS) return;
    count += 1;
    yield row;
  }
}

function idsOf(row: Doc<"messages">, type: "toolCall" | "toolResult"): Set<string> {
  const ids = new Set<string>();
  for (const part of row.parts) if (part.type === type) ids.add(part.callId);
  return ids;
}

/** The words of the last message that has any, of the last few and of their first MiB. */
async function lastPreview(ctx: QueryCtx, head: Doc<"threadHeads">): Promise<Doc<"threadHeads">["preview"]> {
  const rows = ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", head.threadId))
    .order("desc");
  let looked = 0;
  let bytes = 0;
  for await (const row of rows) {
    const { role, parts, state } = row;
    const text = previewOf(textOf(parts));
    if (text !== "" && state === undefined) return { role, text };
    looked += 1;
    bytes += getDocumentSize(row);
    if (looked === GROUP_MAX_ROWS || bytes > PAGE_MAX_BYTES) break;
  }
  return undefined;
}
