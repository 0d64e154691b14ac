import { v } from "convex/values";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller } from "../validators/principal.js";
import { vRunTotals } from "../validators/run.js";
import { vOpaqueUsage, vUsageEvent } from "../validators/usage.js";
import { mutation, query } from "./_generated/server.js";
import * as usage from "./model/usage.js";

const vPlaced = { caller: vCaller, threadId: v.optional(v.string()), runId: v.optional(v.string()) };

export const record = mutation({
  args: { ...vPlaced, usage: vOpaqueUsage, operationId: v.optional(v.string()) },
  returns: v.object({ eventId: v.string() }),
  handler: (ctx, args) => usage.record(ctx, args),
});

export const list = query({
  args: { ...vPlaced, parentRunId: v.optional(v.string()), ...vPageRequest },
  returns: vPage(vUsageEvent),
  handler: (ctx, args) => usage.list(ctx, args),
});

export const total = query({
  args: { caller: vCaller, threadId: v.string(), cursor: v.union(v.string(), v.null()) },
  returns: v.object({ ...vRunTotals.fields, cursor: v.union(v.string(), v.null()) }),
  handler: (ctx, args) => usage.total(ctx, args),
});
