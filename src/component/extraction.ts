import { v } from "convex/values";
import { vExtractedFact, vExtractionCommit, vUnread } from "../validators/extraction.js";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller, vPrincipal, vScopeKind } from "../validators/principal.js";
import { vThreadPlace } from "../validators/thread.js";
import { vOpaqueUsage } from "../validators/spent.js";
import { mutation, query } from "./_generated/server.js";
import * as extraction from "./model/extraction.js";

const vThread = { caller: vCaller, threadId: v.string(), scope: v.optional(vScopeKind) };

export const read = query({
  args: vThread,
  returns: vUnread,
  handler: (ctx, args) => extraction.read(ctx, args),
});

export const commit = mutation({
  args: {
    ...vThread,
    from: v.union(vThreadPlace, v.null()),
    to: vThreadPlace,
    readAt: v.number(),
    isLast: v.boolean(),
    facts: v.array(vExtractedFact),
    status: v.union(v.literal("active"), v.literal("candidate")),
    usage: v.optional(vOpaqueUsage),
    runId: v.optional(v.string()),
  },
  returns: vExtractionCommit,
  handler: (ctx, args) => extraction.commit(ctx, args),
});

export const list = query({
  args: { caller: vCaller, owner: v.optional(vPrincipal), ...vPageRequest },
  returns: vPage(v.object({ threadId: v.string(), isUnread: v.boolean() })),
  handler: (ctx, args) => extraction.list(ctx, args),
});
