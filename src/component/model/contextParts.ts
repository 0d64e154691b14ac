import {
  AGENT_TEXTS_MAX,
  CONTEXT_TEXT_INLINE_BYTES,
  FORGET_AT_ONCE,
  PAYLOAD_PIECE_MAX_BYTES,
} from "../../shared/limits.js";
import { splitText, utf8Bytes } from "../../shared/utf8.js";
import type { ContextText } from "../../validators/contextGiven.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { SweepBudget } from "./sweepBudget.js";
import { armSweep } from "./sweeps.js";

/** The first row of a kept text: one range, one short row. */
export const findPart = (
  ctx: Pick<QueryCtx, "db">,
  owner: string,
  hash: string,
): Promise<Doc<"contextParts"> | null> =>
  ctx.db
    .query("contextParts")
    .withIndex("by_hash", (q) => q.eq("owner", owner).eq("hash", hash))
    .first();

/** A kept text, or null when it was never kept or is forgotten. */
export async function readPart(
  ctx: Pick<QueryCtx, "db">,
  owner: string,
  hash: string,
): Promise<string | null> {
  const part = await findPart(ctx, owner, hash);
  if (part === null) return null;
  if (part.text !== undefined) return part.text;
  const texts: string[] = [];
  for await (const { text } of ctx.db
    .query("contextTexts")
    .withIndex("by_part", (q) => q.eq("partId", part._id)))
    texts.push(text);
  return texts.join("");
}

/** Keeps a text of an owner, once. */
export async function keepPart(
  ctx: MutationCtx,
  owner: string,
  { hash, text, sourceIds = [], sourceThreadId }: ContextText,
): Promise<void> {
  if ((await findPart(ctx, owner, hash)) !== null) return;
  const isShort = utf8Bytes(text) <= CONTEXT_TEXT_INLINE_BYTES;
  const [sourceId, ...others] = sourceIds;
  const row = { owner, hash, ...(sourceThreadId === undefined ? {} : { sourceThreadId }) };
  const partId = await ctx.db.insert("contextParts", {
    ...row,
    ...(sourceId === undefined ? {} : { sourceId }),
    ...(isShort ? { text } : {}),
  });
  for (const other of others) await ctx.db.insert("contextParts", { ...row, sourceId: other });
  if (isShort) return;
  for (const [piece, piecesText] of splitText(text, PAYLOAD_PIECE_MAX_BYTES).entries())
    await ctx.db.insert("contextTexts", { partId, piece, text: piecesText });
}

/** Keeps what an agent is: the oldest goes where there are too many, as when instructions are made anew each call. */
export async function keepAgentPart(ctx: MutationCtx, owner: string, kept: ContextText): Promise<void> {
  if ((await findPart(ctx, owner, kept.hash)) !== null) return;
  const parts = await ctx.db
    .query("contextParts")
    .withIndex("by_hash", (q) => q.eq("owner", owner))
    .take(AGENT_TEXTS_MAX);
  if (parts.length === AGENT_TEXTS_MAX) {
    const [oldest] = parts.sort((left, right) => left._creationTime - right._creationTime);
    if (oldest !== undefined) await removePart(ctx, oldest);
  }
  await keepPart(ctx, owner, kept);
}

async function removePart(ctx: MutationCtx, { _id }: Doc<"contextParts">): Promise<void> {
  await ctx.db.delete("contextParts", _id);
  for await (const text of ctx.db.query("contextTexts").withIndex("by_part", (q) => q.eq("partId", _id)))
    await ctx.db.delete("contextTexts", text._id);
}

/**
 * Forgets every text that shows something of a source which was edited or removed, wherever it was recalled: contexts
 * that showed it can be explained, but not shown again. Call it in the mutation that changes the source. What is left
 * after a few goes by a sweep that starts at once.
 */
export async function forgetRecalled(ctx: MutationCtx, sourceId: string): Promise<void> {
  for (let count = 0; count < FORGET_AT_ONCE; count++) {
    const part = await nextOfSource(ctx, sourceId);
    if (part === null) return;
    await forgetPart(ctx, part);
  }
  if ((await nextOfSource(ctx, sourceId)) !== null)
    await armSweep(ctx, "recalled", { delayMs: 0, target: sourceId });
}

const nextOfSource = (ctx: MutationCtx, sourceId: string): Promise<Doc<"contextParts"> | null> =>
  ctx.db
    .query("contextParts")
    .withIndex("by_source", (q) => q.eq("sourceId", sourceId))
    .first();

/** A text goes with all its rows: it holds words of each of its sources. */
async function forgetPart(ctx: MutationCtx, { owner, hash }: Doc<"contextParts">): Promise<void> {
  const rows = ctx.db
    .query("contextParts")
    .withIndex("by_hash", (q) => q.eq("owner", owner).eq("hash", hash));
  for await (const row of rows) await removePart(ctx, row);
}

/** Forgets a page of a source's texts; true when none is left. */
export async function sweepRecalled(
  ctx: MutationCtx,
  sourceId: string,
  budget: SweepBudget,
): Promise<boolean> {
  for (
    let part = await nextOfSource(ctx, sourceId);
    part !== null;
    part = await nextOfSource(ctx, sourceId)
  ) {
    if (!(await budget.take(ROWS_OF_A_PART))) return false;
    await forgetPart(ctx, part);
  }
  return true;
}

/** A kept text counts as so many rows of a sweep: its sources and its pieces. */
const ROWS_OF_A_PART = 4;

/** Removes a page of the texts that a thread keeps, and of those that other threads recalled from it. */
export async function sweepPartsOfThread(
  ctx: MutationCtx,
  { threadId, owner }: { threadId: Id<"threads">; owner: string },
  budget: SweepBudget,
): Promise<boolean> {
  const kept = ctx.db.query("contextParts").withIndex("by_hash", (q) => q.eq("owner", owner));
  for await (const part of kept) {
    if (!(await budget.take(ROWS_OF_A_PART))) return false;
    await removePart(ctx, part);
  }
  const recalled = ctx.db
    .query("contextParts")
    .withIndex("by_source_thread", (q) => q.eq("sourceThreadId", threadId));
  for await (const part of recalled) {
    if (!(await budget.take(ROWS_OF_A_PART))) return false;
    await removePart(ctx, part);
  }
  return true;
}
