import { v } from "convex/values";
import { vBlock, vBlockEdit, vBlockVersion } from "../validators/block.js";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller, vPrincipal, vScopeKind } from "../validators/principal.js";
import { mutation, query } from "./_generated/server.js";
import * as blocks from "./model/blocks.js";

const vScoped = {
  caller: vCaller,
  scope: vScopeKind,
  threadId: v.optional(v.string()),
  owner: v.optional(vPrincipal),
};
const vLabelled = { ...vScoped, label: v.string() };
const vSettings = {
  description: v.optional(v.string()),
  maxTokens: v.optional(v.number()),
  readOnly: v.optional(v.boolean()),
};
const vVersion = v.object({ version: v.number() });

export const create = mutation({
  args: { ...vLabelled, ...vSettings, value: v.optional(v.string()) },
  returns: v.object({ blockId: v.string(), version: v.number() }),
  handler: (ctx, args) => blocks.create(ctx, args),
});

export const get = query({
  args: vLabelled,
  returns: v.union(vBlock, v.null()),
  handler: (ctx, args) => blocks.get(ctx, args),
});

export const list = query({
  args: vScoped,
  returns: v.array(vBlock),
  handler: (ctx, args) => blocks.list(ctx, args),
});

export const update = mutation({
  args: {
    ...vLabelled,
    ...vSettings,
    edit: v.optional(vBlockEdit),
    version: v.optional(v.number()),
    operationId: v.optional(v.string()),
  },
  returns: vVersion,
  handler: (ctx, args) => blocks.update(ctx, args),
});

export const history = query({
  args: { ...vLabelled, ...vPageRequest },
  returns: vPage(vBlockVersion),
  handler: (ctx, args) => blocks.history(ctx, args),
});

export const restore = mutation({
  args: { ...vLabelled, from: v.number(), version: v.number() },
  returns: vVersion,
  handler: (ctx, args) => blocks.restore(ctx, args),
});

export const remove = mutation({
  args: vLabelled,
  returns: v.null(),
  handler: (ctx, args) => blocks.remove(ctx, args),
});
