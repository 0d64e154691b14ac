import { paginator } from "convex-helpers/server/pagination";
import { getDocumentSize } from "convex/values";
import { checkedLimit } from "../../shared/checkedArguments.js";
import { hasTags, tagsOfFilter } from "../../shared/documentTags.js";
import {
  FILTER_MAX_DOCUMENTS,
  FILTER_MAX_SEEKS,
  FILTER_MAX_TEXT_SEARCHES,
  FILTER_OVER_FETCH,
  PAGE_MAX_BYTES,
  RECALL_LIST_CANDIDATES,
} from "../../shared/limits.js";
import { scopeOf } from "../../shared/scope.js";
import { threadKey } from "../../shared/vectors.js";
import { wellFormed } from "../../shared/wellFormed.js";
import type { Document } from "../../validators/document.js";
import { memoryError } from "../../validators/errors.js";
import type { Page, PageRequest } from "../../validators/page.js";
import type { Caller, ScopeKind } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { toDocument, type ScopeArgs } from "./documentReads.js";
import { pageOf } from "./paging.js";

/** The documents that a filter names, or that they are too many to search one by one. */
export type Matching = { ids: Id<"documents">[] } | { tooMany: true };

/** The documents of a scope whose metadata holds every tag; too many without a tag. At most `FILTER_MAX_SEEKS` ranges. */
export async function documentsMatching(
  ctx: QueryCtx,
  scope: string,
  tags: readonly string[],
): Promise<Matching> {
  if (tags.length === 0) return { tooMany: true };
  const { found, from } = await seekTags(ctx, { scope, tags, from: "", limit: FILTER_MAX_DOCUMENTS });
  return from === null ? { ids: found.map(({ documentId }) => documentId) } : { tooMany: true };
}

/** True when a document's metadata holds every tag: what a hit is held against, whichever way it was found. */
export const passes = ({ metadata }: Pick<Doc<"documents">, "metadata">, tags: readonly string[]): boolean =>
  hasTags(metadata, tags);

/** What a filter names in all scopes together: an action asks before it compares vectors. Threads have no documents. */
export async function matching(
  ctx: QueryCtx,
  { caller, scopes, filter }: { caller: Caller; scopes: ScopeKind[]; filter: string },
): Promise<Matching> {
  const tags = tagsOfFilter(filter);
  const ids: Id<"documents">[] = [];
  for (const kind of new Set(scopes)) {
    if (kind === "thread") continue;
    const found = await documentsMatching(ctx, scopeOf(caller, kind), tags);
    if ("tooMany" in found) return found;
    ids.push(...found.ids);
  }
  return ids.length > FILTER_MAX_DOCUMENTS ? { tooMany: true } : { ids };
}

/** The keys by which the vectors of these documents, and no others, are searched: joined by OR. */
export const documentKeys = (made: { embedder: string; length: number }, ids: Id<"documents">[]): string[] =>
  ids.map((id) => threadKey(made, id));

type WordSearch = { scope: string; terms: string; tags: readonly string[] };

/**
 * Entries of chunks found by words among the documents that a filter names. Few documents are searched one by one, so
 * that they are found however many others fit the words better; else so many entries of the scope are taken that some
 * pass. Those still have to be held against `passes` when their document is read.
 */
export async function searchFiltered(
  ctx: QueryCtx,
  { scope, terms, tags }: WordSearch,
): Promise<Doc<"recallEntries">[][]> {
  const matches = await documentsMatching(ctx, scope, tags);
  if ("ids" in matches && matches.ids.length <= FILTER_MAX_TEXT_SEARCHES) {
    const limit = Math.min(RECALL_LIST_CANDIDATES, Math.floor(FILTER_OVER_FETCH / matches.ids.length));
    return await Promise.all(matches.ids.map((id) => searchDocument(ctx, id, { terms, limit })));
  }
  const entries = await ctx.db
    .query("recallEntries")
    .withSearchIndex("by_text", (q) => q.search("searchText", terms).eq("scope", scope).eq("kind", "chunk"))
    .take(FILTER_OVER_FETCH);
  if ("tooMany" in matches) return [entries];
  const ids = new Set<string>(matches.ids);
  return [entries.filter(({ documentId }) => documentId !== undefined && ids.has(documentId))];
}

const searchDocument = (
  ctx: QueryCtx,
  documentId: Id<"documents">,
  { terms, limit }: { terms: string; limit: number },
) =>
  ctx.db
    .query("recallEntries")
    .withSearchIndex("by_text", (q) =>
      q.search("searchText", terms).eq("documentId", documentId).eq("kind", "chunk"),
    )
    .take(limit);

type ListArgs = ScopeArgs & PageRequest & { filter?: string; writing?: boolean };

/**
 * Documents of a scope by key: all, those that a filter names, or those that are being written, the longest silent
 * first. A filtered page may hold fewer than asked although more follow.
 */
export async function list(ctx: QueryCtx, args: ListArgs): Promise<Page<Document>> {
  const scope = scopeOf(args.caller, args.scope);
  const tags = tagsOfFilter(args.filter);
  if (tags.length > 0 && args.writing === true)
    throw memoryError("INVALID_ARGUMENT", "`filter` looks at what is written: leave out `writing`.");
  if (tags.length > 0) return await listMatching(ctx, { ...args, scope, tags });
  const documents = paginator(ctx.db, schema).query("documents");
  const rows =
    args.writing === true
      ? documents
          .withIndex("by_scope_draft", (q) => q.eq("scope", scope).gt("next.updatedAt", 0))
          .order("asc")
      : documents.withIndex("by_key", (q) => q.eq("scope", scope)).order("asc");
  const { page, cursor } = await pageOf(rows, args);
  return { page: page.map(toDocument), cursor };
}

type MatchingList = { scope: string; tags: string[] } & PageRequest;

async function listMatching(
  ctx: QueryCtx,
  { scope, tags, cursor, limit }: MatchingList,
): Promise<Page<Document>> {
  const start = cursor === null ? "" : keyInCursor(cursor, tags);
  const seek = { scope, tags, from: start, limit: checkedLimit(limit) };
  const { found, from } = await seekTags(ctx, seek);
  const page: Document[] = [];
  let bytes = 0;
  for (const { documentId, key } of found) {
    if (bytes > PAGE_MAX_BYTES) return { page, cursor: cursorAt(key, tags) };
    const document = await ctx.db.get("documents", documentId);
    if (document === null) continue;
    page.push(toDocument(document));
    bytes += getDocumentSize(document);
  }
  return { page, cursor: from === null ? null : cursorAt(from, tags) };
}

const cursorAt = (key: string, tags: readonly string[]): string => JSON.stringify([key, ...tags]);

/** Where a page begins. The filter stands in the cursor, so that one of another list is told apart. */
function keyInCursor(cursor: string, tags: readonly string[]): string {
  try {
    const [key, ...others] = JSON.parse(cursor) as unknown[];
    if (
      typeof key === "string" &&
      key === wellFormed(key) &&
      cursor === cursorAt(key, tags) &&
      others.length > 0
    )
      return key;
  } catch {
    // Not ours either.
  }
  throw memoryError("INVALID_ARGUMENT", "`cursor` is not one that this list gave: start again with null.");
}

type Seek = { scope: string; tags: readonly string[]; from: string; limit: number };
type Found = { found: Doc<"documentTags">[]; from: string | null };

/** The first key after this one: keys are compared by code units. */
const following = (key: string): string => `${key}\0`;

/**
 * Documents with every tag, by key. All tags are sorted by key, so each look jumps to the next key that can still be
 * shared: the rarest tag sets the pace. `from` is where to go on, null when nothing can follow.
 */
async function seekTags(ctx: QueryCtx, { scope, tags, from, limit }: Seek): Promise<Found> {
  if (tags.length === 1) return await takeTag(ctx, { scope, tags, from, limit });
  const found: Doc<"documentTags">[] = [];
  let at = from;
  let agreeing = 0;
  for (let look = 0; look < FILTER_MAX_SEEKS && found.length <= limit; look++) {
    const row = await tagRows(ctx, { scope, tag: tags[look % tags.length] ?? "", from: at }).first();
    if (row === null) return { found, from: null };
    agreeing = row.key === at && agreeing > 0 ? agreeing + 1 : 1;
    at = row.key;
    if (agreeing < tags.length) continue;
    if (found.length === limit) break;
    found.push(row);
    at = following(at);
    agreeing = 0;
  }
  return { found, from: at };
}

async function takeTag(ctx: QueryCtx, { scope, tags: [tag = ""], from, limit }: Seek): Promise<Found> {
  const rows = await tagRows(ctx, { scope, tag, from }).take(limit + 1);
  return { found: rows.slice(0, limit), from: rows[limit]?.key ?? null };
}

const tagRows = (ctx: QueryCtx, { scope, tag, from }: { scope: string; tag: string; from: string }) =>
  ctx.db
    .query("documentTags")
    .withIndex("by_tag", (q) => q.eq("scope", scope).eq("tag", tag).gte("key", from));
