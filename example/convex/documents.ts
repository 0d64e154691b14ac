import { vPrincipal } from "convex-agent-memory";
import { ConvexError, v } from "convex/values";
import { internalMutation, internalQuery, mutation, query } from "./_generated/server.js";
import { memory, principal } from "./memory.js";
import schema from "./schema.js";

/** Announces an ingest of so many files; its progress is a row that anyone who started it can watch. */
export const begin = mutation({
  args: { files: v.number() },
  returns: v.id("ingests"),
  handler: async (ctx, { files }) => {
    const { userId } = await principal(ctx);
    const nothingYet = { filesDone: 0, chunks: 0, unchanged: 0, skipped: 0 };
    const now = Date.now();
    return await ctx.db.insert("ingests", { userId, files, ...nothingYet, startedAt: now, updatedAt: now });
  },
});

/** How far an ingest of the caller is. */
export const progress = query({
  args: { ingestId: v.id("ingests") },
  returns: schema.tables.ingests.validator.omit("userId"),
  handler: async (ctx, { ingestId }) => {
    const { userId } = await principal(ctx);
    const ingest = await ctx.db.get("ingests", ingestId);
    if (ingest?.userId !== userId) throw noSuchIngest();
    const { files, filesDone, chunks, unchanged, skipped, startedAt, updatedAt } = ingest;
    return { files, filesDone, chunks, unchanged, skipped, startedAt, updatedAt };
  },
});

/** Counts a batch, once. */
export const recordBatch = internalMutation({
  args: {
    userId: v.string(),
    ingestId: v.id("ingests"),
    batch: v.number(),
    files: v.number(),
    chunks: v.number(),
    unchanged: v.number(),
    skipped: v.number(),
  },
  returns: v.null(),
  handler: async (ctx, { userId, ingestId, batch, ...counts }) => {
    const ingest = await ctx.db.get("ingests", ingestId);
    if (ingest?.userId !== userId) throw noSuchIngest();
    const counted = await ctx.db
      .query("ingestBatches")
      .withIndex("by_batch", (q) => q.eq("ingestId", ingestId).eq("batch", batch))
      .unique();
    if (counted !== null) return null;
    await ctx.db.insert("ingestBatches", { ingestId, batch });
    await ctx.db.patch("ingests", ingestId, {
      filesDone: ingest.filesDone + counts.files,
      chunks: ingest.chunks + counts.chunks,
      unchanged: ingest.unchanged + counts.unchanged,
      skipped: ingest.skipped + counts.skipped,
      updatedAt: Date.now(),
    });
    return null;
  },
});

/** How many documents and chunks the tenant has. */
export const count = query({
  args: {},
  returns: v.object({ documents: v.number(), chunks: v.number() }),
  handler: async (ctx) => {
    const as = await principal(ctx);
    return await memory.as(as).documents.count(ctx, { scope: "tenant" });
  },
});

const MAX_UNFINISHED = 20;

/** Documents that are being written, or whose write failed or fell silent: how much of each is there. Live. */
export const listUnfinished = query({
  args: {},
  returns: v.array(
    v.object({ key: v.string(), phase: v.string(), chunks: v.number(), totalChunks: v.number() }),
  ),
  handler: async (ctx) => {
    const as = await principal(ctx);
    const request = { scope: "tenant" as const, writing: true, cursor: null, limit: MAX_UNFINISHED };
    const { page } = await memory.as(as).documents.list(ctx, request);
    return page.flatMap(({ key, writing }) => {
      if (writing === undefined) return [];
      const { phase, written, total } = writing;
      return [{ key, phase: phase.kind, chunks: written.chunks, totalChunks: total.chunks }];
    });
  },
});

/** One document as it is stored, `null` when there is none. */
export const get = query({
  args: { key: v.string() },
  returns: v.union(v.object({ key: v.string(), chunks: v.number(), bytes: v.number() }), v.null()),
  handler: async (ctx, args) => {
    const as = await principal(ctx);
    const document = await memory.as(as).documents.get(ctx, { scope: "tenant", ...args });
    if (document === null) return null;
    const { key, chunks, bytes } = document;
    return { key, chunks, bytes };
  },
});

/** The headings of one document: what a citation may name. */
export const listHeadings = query({
  args: { key: v.string() },
  returns: v.object({ headings: v.array(v.string()) }),
  handler: async (ctx, { key }) => {
    const as = await principal(ctx);
    return await memory.as(as).documents.outline(ctx, { scope: "tenant", key });
  },
});

/** As `listHeadings`, for a tool that works for a user. */
export const outline = internalQuery({
  args: { as: vPrincipal, key: v.string() },
  returns: v.object({ headings: v.array(v.string()) }),
  handler: async (ctx, { as, key }) => await memory.as(as).documents.outline(ctx, { scope: "tenant", key }),
});

const noSuchIngest = () => new ConvexError({ code: "INGEST_NOT_FOUND", message: "No such ingest of yours." });
