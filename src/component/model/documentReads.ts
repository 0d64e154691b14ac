import { paginator } from "convex-helpers/server/pagination";
import { getDocumentSize } from "convex/values";
import { PAGE_MAX_BYTES, PAGE_MAX_ITEMS } from "../../shared/limits.js";
import { mayUseScope, scopeOf } from "../../shared/scope.js";
import type { Chunk, Document } from "../../validators/document.js";
import { memoryError, type ErrorDetails } from "../../validators/errors.js";
import type { PageRequest } from "../../validators/page.js";
import type { Caller, ScopeKind } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { readCounts } from "./counts.js";
import { pageOf } from "./paging.js";

/** Whose documents. */
export type ScopeArgs = { caller: Caller; scope: ScopeKind };

/** The document's row by its natural key, or null. */
export async function findByKey(ctx: QueryCtx, scope: string, key: string): Promise<Doc<"documents"> | null> {
  return await ctx.db
    .query("documents")
    .withIndex("by_key", (q) => q.eq("scope", scope).eq("key", key))
    .unique();
}

/** The caller's document; malformed, unknown and foreign ids all throw `DOCUMENT_NOT_FOUND`. */
export async function findDocument(
  ctx: QueryCtx,
  caller: Caller,
  documentId: string,
): Promise<Doc<"documents">> {
  const id = ctx.db.normalizeId("documents", documentId);
  const document = id === null ? null : await ctx.db.get("documents", id);
  if (document === null || !mayUseScope(caller, document.scope)) throw documentNotFound({ documentId });
  return document;
}

/** The one answer to every id and key that does not lead to a document of the caller. */
export const documentNotFound = (details: ErrorDetails) =>
  memoryError(
    "DOCUMENT_NOT_FOUND",
    "No such document for this principal: check the key and who asks.",
    details,
  );

/** The document as readers see it, by its key; null when there is none. */
export async function get(
  ctx: QueryCtx,
  { caller, scope, key }: ScopeArgs & { key: string },
): Promise<Document | null> {
  const document = await findByKey(ctx, scopeOf(caller, scope), key);
  return document === null ? null : toDocument(document);
}

/** Chunks of the generation that readers see. A cursor from before a replace is refused: pages never mix. */
export async function listChunks(ctx: QueryCtx, args: { caller: Caller; documentId: string } & PageRequest) {
  const document = await findDocument(ctx, args.caller, args.documentId);
  const rows = paginator(ctx.db, schema)
    .query("chunks")
    .withIndex("by_document", (q) => q.eq("documentId", document._id).eq("generation", document.generation))
    .order("asc");
  const { page, cursor } = await pageOf(rows, args);
  return { page: page.map((chunk) => toChunk(chunk, document)), cursor };
}

/** One chunk, while its generation is the one that readers see. */
export async function getChunk(
  ctx: QueryCtx,
  { caller, chunkId }: { caller: Caller; chunkId: string },
): Promise<Chunk> {
  const found = await findCurrentChunk(ctx, caller, chunkId);
  if (found === null) throw documentNotFound({ chunkId });
  return toChunk(found.chunk, found.document);
}

/** The caller's chunk with its document, by an id from outside; null unless its generation is the current one. */
export async function findCurrentChunk(
  ctx: QueryCtx,
  caller: Caller,
  chunkId: string,
): Promise<{ chunk: Doc<"chunks">; document: Doc<"documents"> } | null> {
  const id = ctx.db.normalizeId("chunks", chunkId);
  const chunk = id === null ? null : await ctx.db.get("chunks", id);
  const document = chunk === null ? null : await ctx.db.get("documents", chunk.documentId);
  if (chunk === null || document === null || chunk.generation !== document.generation) return null;
  return mayUseScope(caller, document.scope) ? { chunk, document } : null;
}

/** The distinct headings of a document in order; those of its start when it is very long. */
export async function outline(
  ctx: QueryCtx,
  { caller, scope, key }: ScopeArgs & { key: string },
): Promise<{ headings: string[] }> {
  const document = await findByKey(ctx, scopeOf(caller, scope), key);
  if (document === null) throw documentNotFound({ key });
  const headings = new Set<string>();
  let bytes = 0;
  const chunks = ctx.db
    .query("chunks")
    .withIndex("by_document", (q) => q.eq("documentId", document._id).eq("generation", document.generation));
  for await (const chunk of chunks) {
    if (chunk.heading !== "") headings.add(chunk.heading);
    bytes += getDocumentSize(chunk);
    if (headings.size >= PAGE_MAX_ITEMS || bytes > PAGE_MAX_BYTES) break;
  }
  return { headings: [...headings] };
}

/** What a scope holds for readers: 1 range, 1 document. */
export async function count(
  ctx: QueryCtx,
  { caller, scope }: ScopeArgs,
): Promise<{ documents: number; chunks: number }> {
  const { documents, chunks } = await readCounts(ctx, scopeOf(caller, scope));
  return { documents, chunks };
}

/** A document as readers see it. */
export function toDocument(row: Doc<"documents">): Document {
  const { _id, _creationTime, scope: _, lastGeneration: _last, stampFrom: _from, next, ...document } = row;
  if (next === undefined) return { ...document, documentId: _id };
  const { generation, hash, phase, written, total, startedAt, updatedAt } = next;
  const writing = { generation, hash, phase, written, total, startedAt, updatedAt };
  return { ...document, documentId: _id, writing };
}

function toChunk(row: Doc<"chunks">, document: Doc<"documents">): Chunk {
  const { index, heading, text, tokens } = row;
  return { chunkId: row._id, documentKey: document.key, index, heading, text, tokens };
}
