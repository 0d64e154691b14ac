import { vPrincipal } from "convex-agent-memory";
import { ConvexError, v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel.js";
import { internalMutation, internalQuery, mutation, query, type QueryCtx } from "./_generated/server.js";
import { documentMember, documentWriter, memory, type Member } from "./memory.js";
import schema from "./schema.js";

/** Announces an ingest of so many files; its progress is a row that anyone who started it can watch. */
export const begin = mutation({
  args: { files: v.number() },
  returns: v.id("ingests"),
  handler: async (ctx, { files }) => {
    const { tenantId, userId } = await documentWriter(ctx);
    const nothingYet = { filesDone: 0, chunks: 0, unchanged: 0, skipped: 0 };
    const now = Date.now();
    const ingest = { tenantId, userId, files, ...nothingYet, startedAt: now, updatedAt: now };
    return await ctx.db.insert("ingests", ingest);
  },
});

/** How far an ingest of the caller is. */
export const progress = query({
  args: { ingestId: v.id("ingests") },
  returns: schema.tables.ingests.validator.omit("tenantId", "userId"),
  handler: async (ctx, { ingestId }) => {
    const ingest = await ownIngest(ctx, ingestId, await documentWriter(ctx));
    const { files, filesDone, chunks, unchanged, skipped, startedAt, updatedAt } = ingest;
    return { files, filesDone, chunks, unchanged, skipped, startedAt, updatedAt };
  },
});

/** Counts a batch, once. */
export const recordBatch = internalMutation({
  args: {
    tenantId: v.string(),
    userId: v.string(),
    ingestId: v.id("ingests"),
    batch: v.number(),
    files: v.number(),
    chunks: v.number(),
    unchanged: v.number(),
    skipped: v.number(),
  },
  returns: v.null(),
  handler: async (ctx, { tenantId, userId, ingestId, batch, ...counts }) => {
    const ingest = await ownIngest(ctx, ingestId, { tenantId, userId });
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

/** The documents of the caller, and those that everyone of the tenant can search. They are put by ingest.ts and search.ts. */
export const {
  listDocuments,
  getDocument,
  countDocuments,
  documentOutline,
  listChunks,
  getChunk,
  readChunksAround,
  removeDocument,
} = memory.exposeApi({ authorize: documentMember });

/** As `documentOutline`, for a tool that works for a user. */
export const outline = internalQuery({
  args: { as: vPrincipal, key: v.string() },
  returns: v.object({ headings: v.array(v.string()) }),
  handler: async (ctx, { as, key }) => await memory.as(as).documents.outline(ctx, { scope: "tenant", key }),
});

async function ownIngest(
  ctx: QueryCtx,
  ingestId: Id<"ingests">,
  { tenantId, userId }: Pick<Member, "tenantId" | "userId">,
): Promise<Doc<"ingests">> {
  const ingest = await ctx.db.get("ingests", ingestId);
  if (ingest?.tenantId === tenantId && ingest.userId === userId) return ingest;
  throw new ConvexError({ code: "INGEST_NOT_FOUND", message: "No such ingest of yours." });
}
