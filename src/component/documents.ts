import { v } from "convex/values";
import { vChunk, vDocument, vDocumentWrite, vNewChunk } from "../validators/document.js";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller, vScopeKind } from "../validators/principal.js";
import { vUsage } from "../validators/usage.js";
import { mutation, query } from "./_generated/server.js";
import * as documents from "./model/documents.js";

const vScoped = { caller: vCaller, scope: vScopeKind };

export const write = mutation({
  args: {
    ...vScoped,
    key: v.string(),
    title: v.optional(v.string()),
    metadata: v.optional(v.string()),
    hash: v.string(),
    bytes: v.number(),
    embedder: v.optional(v.string()),
    offset: v.number(),
    chunks: v.array(vNewChunk),
    final: v.boolean(),
    generation: v.optional(v.number()),
    usage: v.optional(vUsage),
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
  args: { ...vScoped, ...vPageRequest },
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

export const remove = mutation({
  args: { caller: vCaller, documentId: v.string() },
  returns: v.null(),
  handler: (ctx, args) => documents.remove(ctx, args),
});
