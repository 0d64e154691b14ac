import { v } from "convex/values";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller } from "../validators/principal.js";
import {
  vModelPrices,
  vOpaquePeriod,
  vPricedModel,
  vPricePeriod,
  vUnpricedModel,
} from "../validators/price.js";
import { mutation, query } from "./_generated/server.js";
import * as prices from "./model/prices.js";

const vWriting = { caller: vCaller, currency: v.optional(v.string()) };

export const set = mutation({
  args: { ...vWriting, ...vPricedModel, period: vOpaquePeriod },
  returns: v.object({ version: v.number() }),
  handler: (ctx, args) => prices.set(ctx, args),
});

export const load = mutation({
  args: { ...vWriting, models: v.array(v.object({ ...vPricedModel, periods: v.array(vOpaquePeriod) })) },
  returns: v.object({ changed: v.number() }),
  handler: (ctx, args) => prices.load(ctx, args),
});

export const remove = mutation({
  args: { caller: vCaller, ...vPricedModel, from: v.optional(v.number()) },
  returns: v.object({ removed: v.boolean() }),
  handler: (ctx, args) => prices.remove(ctx, args),
});

export const list = query({
  args: { provider: v.optional(v.string()), ...vPageRequest },
  returns: v.object({ ...vPage(vModelPrices).fields, currency: v.string() }),
  handler: (ctx, args) => prices.list(ctx, args),
});

export const find = query({
  args: { ...vPricedModel, version: v.number() },
  returns: v.union(vPricePeriod, v.null()),
  handler: (ctx, args) => prices.find(ctx, args),
});

export const listUnpriced = query({
  args: { caller: vCaller },
  returns: v.array(vUnpricedModel),
  handler: (ctx, args) => prices.listUnpriced(ctx, args),
});
