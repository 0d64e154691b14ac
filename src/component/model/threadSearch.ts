import { getDocumentSize } from "convex/values";
import {
  PAGE_MAX_BYTES,
  RECALL_TEXT_MAX_BYTES,
  SEARCH_SNIPPET_CHARACTERS,
  THREAD_SEARCH_DEFAULT_HITS,
  THREAD_SEARCH_MAX_HITS,
  THREAD_SEARCH_MESSAGES,
} from "../../shared/limits.js";
import { textOf } from "../../shared/messageText.js";
import { checkedCount, checkQuery } from "../../shared/recallArguments.js";
import { questionTerms } from "../../shared/recallQuestion.js";
import { SEARCH_MAX_TERMS, searchOf } from "../../shared/recallTerms.js";
import { userScope } from "../../shared/scope.js";
import { snippetOf } from "../../shared/snippet.js";
import { cutToBytes } from "../../shared/utf8.js";
import { wellFormed } from "../../shared/wellFormed.js";
import type { Caller, Principal } from "../../validators/principal.js";
import type { ThreadHit } from "../../validators/thread.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { findHead } from "./threadAccess.js";
import { ownerOf } from "./threadReads.js";

type SearchArgs = { caller: Caller; query: string; limit?: number; owner?: Principal };
type Found = { scope: string; limit: number; hits: Map<Id<"threads">, ThreadHit> };

/**
 * The threads of an owner that fit some words: first those whose title does, then those in which it was said, each
 * once. It reads the best `limit` titles and the best `THREAD_SEARCH_MESSAGES` messages of all there are, of which it
 * shows the best of each thread, and stops at `PAGE_MAX_BYTES` of them.
 */
export async function search(ctx: QueryCtx, args: SearchArgs): Promise<ThreadHit[]> {
  const scope = userScope(ownerOf(args));
  const limit = Math.min(
    checkedCount("limit", args.limit ?? THREAD_SEARCH_DEFAULT_HITS),
    THREAD_SEARCH_MAX_HITS,
  );
  checkQuery(args.query);
  const query = wellFormed(args.query);
  const found: Found = { scope, limit, hits: new Map() };
  await addTitles(ctx, query, found);
  await addMessages(ctx, questionTerms(query), found);
  return [...found.hits.values()];
}

async function addTitles(ctx: QueryCtx, query: string, { scope, limit, hits }: Found): Promise<void> {
  const words = query.trim().split(/\s+/).slice(0, SEARCH_MAX_TERMS).join(" ");
  if (words === "") return;
  const threads = await ctx.db
    .query("threads")
    .withSearchIndex("by_title", (q) => q.search("title", words).eq("scope", scope))
    .take(limit);
  for (const thread of threads) await addThread(ctx, thread, hits);
}

/** Shows a thread by what was said last in it, until something better is found. Null where it is being removed. */
async function addThread(
  ctx: QueryCtx,
  { _id, title }: Doc<"threads">,
  hits: Found["hits"],
): Promise<ThreadHit | null> {
  const head = await findHead(ctx, _id);
  if (head === null || head.removing === true) return null;
  const hit = { threadId: _id, snippet: head.preview?.text ?? "", ...(title === undefined ? {} : { title }) };
  hits.set(_id, hit);
  return hit;
}

async function addMessages(ctx: QueryCtx, terms: string[], { scope, limit, hits }: Found): Promise<void> {
  const words = searchOf(terms);
  if (words === "") return;
  const entries = await ctx.db
    .query("recallEntries")
    .withSearchIndex("by_text", (q) => q.search("searchText", words).eq("scope", scope).eq("kind", "message"))
    .take(THREAD_SEARCH_MESSAGES);
  let bytes = 0;
  for (const { threadId, sourceId } of entries) {
    if (threadId === undefined || bytes > PAGE_MAX_BYTES) continue;
    const known = hits.get(threadId);
    if (known?.messageId !== undefined || (known === undefined && hits.size >= limit)) continue;
    const message = await readMessage(ctx, sourceId);
    if (message === null) continue;
    bytes += getDocumentSize(message);
    const hit = known ?? (await addThreadById(ctx, threadId, hits));
    if (hit === null) continue;
    const text = cutToBytes(textOf(message.parts), RECALL_TEXT_MAX_BYTES);
    const snippet = snippetOf(text, terms, SEARCH_SNIPPET_CHARACTERS);
    hits.set(threadId, { ...hit, snippet, messageId: message._id });
  }
}

async function addThreadById(
  ctx: QueryCtx,
  threadId: Id<"threads">,
  hits: Found["hits"],
): Promise<ThreadHit | null> {
  const thread = await ctx.db.get("threads", threadId);
  return thread === null ? null : await addThread(ctx, thread, hits);
}

/** A message that stands complete; null for others. */
async function readMessage(ctx: QueryCtx, sourceId: string): Promise<Doc<"messages"> | null> {
  const id = ctx.db.normalizeId("messages", sourceId);
  const message = id === null ? null : await ctx.db.get("messages", id);
  return message === null || (message.state !== undefined && message.state.kind !== "complete")
    ? null
    : message;
}
