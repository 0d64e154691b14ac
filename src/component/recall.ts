import { v } from "convex/values";
import { vCaller, vScopeKind } from "../validators/principal.js";
import { vRecallHit, vRecallKind } from "../validators/recall.js";
import { vEntryVector } from "../validators/recallEntry.js";
import { vOpaqueUsage } from "../validators/spent.js";
import { action, internalMutation, internalQuery, query } from "./_generated/server.js";
import * as recall from "./model/recall.js";

const vQuestion = {
  caller: vCaller,
  query: v.string(),
  kinds: v.array(vRecallKind),
  scopes: v.array(vScopeKind),
  threadId: v.optional(v.string()),
  beforeTurn: v.optional(v.number()),
  filter: v.optional(v.string()),
  limit: v.optional(v.number()),
  maxTokens: v.optional(v.number()),
  after: v.optional(v.number()),
  before: v.optional(v.number()),
  neighbours: v.optional(v.number()),
  recency: v.optional(v.number()),
  vectorWeight: v.optional(v.number()),
  explain: v.optional(v.boolean()),
};
const vKept = {
  embedder: v.optional(v.string()),
  store: v.optional(v.array(vEntryVector)),
  refused: v.optional(v.array(v.string())),
  usage: v.optional(vOpaqueUsage),
  runId: v.optional(v.string()),
  operationId: v.optional(v.string()),
};
const vHits = v.object({ hits: v.array(vRecallHit) });

export const search = action({
  args: {
    ...vQuestion,
    ...vKept,
    vector: v.optional(v.array(v.float64())),
    queryHash: v.optional(v.string()),
  },
  returns: vHits,
  handler: (ctx, args) => recall.search(ctx, args),
});

export const searchText = query({
  args: vQuestion,
  returns: vHits,
  handler: (ctx, args) => recall.searchText(ctx, args),
});

export const keep = internalMutation({
  args: {
    caller: vCaller,
    threadId: v.optional(v.string()),
    ...vKept,
    question: v.optional(v.object({ textHash: v.string(), vector: v.array(v.float64()) })),
  },
  returns: v.null(),
  handler: (ctx, args) => recall.keep(ctx, args),
});

export const rank = internalQuery({
  args: { ...vQuestion, vectorIds: v.array(v.string()) },
  returns: vHits,
  handler: (ctx, args) => recall.rank(ctx, args),
});
