import { embeddedTextHash, plainToEmbed } from "../../shared/embeddedText.js";
import { EMBEDDING_PAGE_ENTRIES } from "../../shared/limits.js";
import { userScope } from "../../shared/scope.js";
import type { WorkTarget } from "../../validators/embedding.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { EmbeddedText, PendingEntry } from "../../validators/recallEntry.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { findEmbedded } from "./embeddingCache.js";
import { activeGeneration } from "./embeddingSlots.js";
import { textsOf } from "./embeddingTexts.js";
import { openThread } from "./threads.js";

type Entry = Doc<"recallEntries">;

/** A number of entries for one page: at most `EMBEDDING_PAGE_ENTRIES`. */
export function checkedPage(limit: number): number {
  if (Number.isInteger(limit) && limit > 0) return Math.min(limit, EMBEDDING_PAGE_ENTRIES);
  throw memoryError("INVALID_ARGUMENT", "`limit` must be an integer from 1.", { field: "limit" });
}

type ListArgs = { caller: Caller; target: WorkTarget; limit: number };

/**
 * What waits for a vector, with the texts to embed: new entries first. What an embedder has refused comes alone, when
 * nothing else waits, so that it spoils no other text's call.
 */
export async function listPending(
  ctx: QueryCtx,
  { caller, target, limit }: ListArgs,
): Promise<PendingEntry[]> {
  const rows = await waiting(ctx, { caller, target, limit: checkedPage(limit) });
  return await firstPending(ctx, rows);
}

async function waiting(ctx: QueryCtx, { caller, target, limit }: ListArgs): Promise<Entry[]> {
  const entries = ctx.db.query("recallEntries");
  switch (target.kind) {
    case "thread": {
      const { threadId } = await openThread(ctx, caller, target.threadId, "read");
      return await ofThread(ctx, threadId, limit);
    }
    case "user": {
      if (caller === "system")
        throw memoryError("INVALID_ARGUMENT", "The system is no user: name a thread, or work on all.");
      const scope = userScope(caller);
      return await entries
        .withIndex("by_scope_pending", (q) => q.eq("scope", scope).eq("pending", true))
        .take(limit);
    }
    case "all":
      if (caller !== "system")
        throw memoryError("FORBIDDEN", "Only the app's own code works on everything: use memory.asSystem().");
      return await entries.withIndex("by_pending", (q) => q.eq("pending", true)).take(limit);
  }
}

const ofThread = (ctx: QueryCtx, threadId: Id<"threads">, limit: number): Promise<Entry[]> =>
  ctx.db
    .query("recallEntries")
    .withIndex("by_thread_pending", (q) => q.eq("threadId", threadId).eq("pending", true))
    .take(limit);

/** As `listPending`, for a thread that was opened. */
export async function pendingOf(
  ctx: QueryCtx,
  threadId: Id<"threads">,
  limit: number,
): Promise<PendingEntry[]> {
  return await firstPending(ctx, await ofThread(ctx, threadId, limit));
}

async function firstPending(ctx: QueryCtx, rows: Entry[]): Promise<PendingEntry[]> {
  const fresh = rows.filter((entry) => entry.refusals === undefined);
  if (rows.length === 0) return [];
  const active = await activeGeneration(ctx);
  const { page } = await textsOf(ctx, fresh.length > 0 ? fresh : rows.slice(0, 1), active?.embedder);
  return page;
}

/** What is known of embedding a prompt before an embedder is asked: its vector, and whose vectors are searched. */
export async function embeddingOf(
  ctx: QueryCtx,
  promptText: string,
): Promise<{ promptVector?: EmbeddedText; activeEmbedder?: string }> {
  const active = await activeGeneration(ctx);
  const hash = await embeddedTextHash(plainToEmbed(promptText));
  const known = await findEmbedded(ctx, hash, active?.embedder);
  return {
    ...(known === null ? {} : { promptVector: known }),
    ...(active === null ? {} : { activeEmbedder: active.embedder }),
  };
}
