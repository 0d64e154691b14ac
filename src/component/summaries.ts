import { v } from "convex/values";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller, vPrincipal } from "../validators/principal.js";
import { vSummary } from "../validators/summary.js";
import {
  vCommitted,
  vCompactionHead,
  vNewSummary,
  vOwnedSummary,
  vUncovered,
} from "../validators/summaryWork.js";
import { vThreadPlace } from "../validators/thread.js";
import { vOpaqueUsage } from "../validators/spent.js";
import { mutation, query } from "./_generated/server.js";
import * as summaries from "./model/summaries.js";

const vOfThread = { caller: vCaller, threadId: v.string() };

/** Writes a summary, moves `prunedTo`, or both, if the thread still stands as it was read. */
export const commit = mutation({
  args: {
    ...vOfThread,
    expected: vCompactionHead,
    prunedTo: v.optional(vThreadPlace),
    summary: v.optional(vNewSummary),
    usage: v.optional(vOpaqueUsage),
    runId: v.optional(v.string()),
    operationId: v.optional(v.string()),
  },
  returns: vCommitted,
  handler: (ctx, args) => summaries.commit(ctx, args),
});

export const get = query({
  args: { caller: vCaller, summaryId: v.string() },
  returns: vSummary,
  handler: (ctx, args) => summaries.get(ctx, args),
});

/** The summaries of a thread, newest first. */
export const list = query({
  args: { ...vOfThread, ...vPageRequest },
  returns: vPage(vSummary),
  handler: (ctx, args) => summaries.list(ctx, args),
});

/** The newest summary; with `beforeTurn` the newest that tells nothing of that turn or later ones. */
export const latest = query({
  args: { ...vOfThread, beforeTurn: v.optional(v.number()) },
  returns: v.union(vSummary, v.null()),
  handler: (ctx, args) => summaries.latest(ctx, args),
});

/** The messages that no summary covers, from behind `after` on. */
export const listUncovered = query({
  args: { ...vOfThread, after: v.union(vThreadPlace, v.null()), limit: v.optional(v.number()) },
  returns: vUncovered,
  handler: (ctx, args) => summaries.listUncovered(ctx, args),
});

/** Summaries written in a time, newest first: of an owner, or for the system of everyone. */
export const listRecent = query({
  args: {
    caller: vCaller,
    owner: v.optional(vPrincipal),
    since: v.number(),
    until: v.number(),
    ...vPageRequest,
  },
  returns: vPage(vOwnedSummary),
  handler: (ctx, args) => summaries.listRecent(ctx, args),
});
