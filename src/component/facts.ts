import { v } from "convex/values";
import { vFact, vFactCounts, vFactStatus, vFactWrite, vNewFact } from "../validators/fact.js";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller, vPrincipal, vScopeKind } from "../validators/principal.js";
import { mutation, query } from "./_generated/server.js";
import * as facts from "./model/facts.js";

const vScoped = {
  caller: vCaller,
  scope: vScopeKind,
  threadId: v.optional(v.string()),
  owner: v.optional(vPrincipal),
};
const vOne = { caller: vCaller, factId: v.string() };
const vWrites = v.object({ facts: v.array(vFactWrite) });

export const append = mutation({
  args: { ...vScoped, facts: v.array(vNewFact), operationId: v.optional(v.string()) },
  returns: vWrites,
  handler: (ctx, args) => facts.append(ctx, args),
});

export const supersede = mutation({
  args: { ...vOne, facts: v.array(vNewFact), operationId: v.optional(v.string()) },
  returns: vWrites,
  handler: (ctx, args) => facts.supersede(ctx, args),
});

export const update = mutation({
  args: {
    ...vOne,
    importance: v.optional(v.number()),
    pinned: v.optional(v.boolean()),
    expiresAt: v.optional(v.union(v.number(), v.null())),
    metadata: v.optional(v.string()),
  },
  returns: v.null(),
  handler: (ctx, args) => facts.update(ctx, args),
});

export const retract = mutation({
  args: { ...vOne, reason: v.optional(v.string()) },
  returns: v.null(),
  handler: (ctx, args) => facts.retract(ctx, args),
});

export const forget = mutation({
  args: { ...vOne, reason: v.string() },
  returns: v.null(),
  handler: (ctx, args) => facts.forget(ctx, args),
});

export const confirm = mutation({
  args: vOne,
  returns: v.null(),
  handler: (ctx, args) => facts.confirm(ctx, args),
});

export const decline = mutation({
  args: { ...vOne, reason: v.optional(v.string()) },
  returns: v.null(),
  handler: (ctx, args) => facts.decline(ctx, args),
});

export const get = query({
  args: vOne,
  returns: vFact,
  handler: (ctx, args) => facts.get(ctx, args),
});

export const list = query({
  args: { ...vScoped, key: v.optional(v.string()), status: v.optional(vFactStatus), ...vPageRequest },
  returns: vPage(vFact),
  handler: (ctx, args) => facts.list(ctx, args),
});

export const asOf = query({
  args: {
    ...vScoped,
    key: v.optional(v.string()),
    validAt: v.optional(v.number()),
    knownAt: v.optional(v.number()),
    ...vPageRequest,
  },
  returns: vPage(vFact),
  handler: (ctx, args) => facts.asOf(ctx, args),
});

export const history = query({
  args: vOne,
  returns: v.object({ facts: v.array(vFact) }),
  handler: (ctx, args) => facts.history(ctx, args),
});

export const count = query({
  args: vScoped,
  returns: vFactCounts,
  handler: (ctx, args) => facts.count(ctx, args),
});
