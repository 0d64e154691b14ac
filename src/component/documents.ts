import { v } from "convex/values";
import { vChunk, vChunkSpan, vDocument, vDocumentSize } from "../validators/document.js";
import { vDocumentWrite, vNewChunk } from "../validators/documentWrite.js";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller, vScopeKind } from "../validators/principal.js";
import { vOpaqueUsage } from "../validators/spent.js";
import { internalQuery, mutation, query } from "./_generated/server.js";
import * as documents from "./model/documents.js";

const vScoped = { caller: vCaller, scope: vScopeKind };

export const write = mutation({
  args: {
    ...vScoped,
    key: v.string(),
    title: v.optional(v.string()),
    metadata: v.optional(v.string()),
    importance: v.optional(v.number()),
    contentHash: v.string(),
    bytes: v.number(),
    total: vDocumentSize,
    embedder: v.optional(v.string()),
    offset: v.number(),
    chunks: v.array(vNewChunk),
    final: v.boolean(),
    generation: v.optional(v.number()),
    documentId: v.optional(v.string()),
    failure: v.optional(v.string()),
    usage: v.optional(vOpaqueUsage),
  },
  returns: vDocumentWrite,
  handler: (ctx, args) => documents.write(ctx, args),
});

export const get = query({
  args: { ...vScoped, key: v.string() },
  returns: v.union(vDocument, v.null()),
  handler: (ctx, args) => documents.get(ctx, args),
});

export const list = query({
  args: { ...vScoped, ...vPageRequest, filter: v.optional(v.string()), writing: v.optional(v.boolean()) },
  returns: vPage(vDocument),
  handler: (ctx, args) => documents.list(ctx, args),
});

export const count = query({
  args: vScoped,
  returns: v.object({ documents: v.number(), chunks: v.number() }),
  handler: (ctx, args) => documents.count(ctx, args),
});

export const outline = query({
  args: { ...vScoped, key: v.string() },
  returns: v.object({ headings: v.array(v.string()) }),
  handler: (ctx, args) => documents.outline(ctx, args),
});

export const listChunks = query({
  args: { caller: vCaller, documentId: v.string(), ...vPageRequest },
  returns: vPage(vChunk),
  handler: (ctx, args) => documents.listChunks(ctx, args),
});

export const getChunk = query({
  args: { caller: vCaller, chunkId: v.string() },
  returns: vChunk,
  handler: (ctx, args) => documents.getChunk(ctx, args),
});

export const readAround = query({
  args: { caller: vCaller, chunkIds: v.array(v.string()), neighbours: v.number() },
  returns: v.object({ spans: v.array(vChunkSpan) }),
  handler: (ctx, args) => documents.readAround(ctx, args),
});

export const matching = internalQuery({
  args: { caller: vCaller, scopes: v.array(vScopeKind), filter: v.string() },
  returns: v.union(v.object({ ids: v.array(v.id("documents")) }), v.object({ tooMany: v.literal(true) })),
  handler: (ctx, args) => documents.matching(ctx, args),
});

export const update = mutation({
  args: {
    caller: vCaller,
    documentId: v.string(),
    metadata: v.optional(v.union(v.string(), v.null())),
    importance: v.optional(v.union(v.number(), v.null())),
    contentHash: v.optional(v.string()),
  },
  returns: v.null(),
  handler: (ctx, args) => documents.update(ctx, args),
});

export const remove = mutation({
  args: { caller: vCaller, documentId: v.string() },
  returns: v.null(),
  handler: (ctx, args) => documents.remove(ctx, args),
});
