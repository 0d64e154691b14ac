import { v } from "convex/values";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller } from "../validators/principal.js";
import { vUsageEvent } from "../validators/usage.js";
import { vOpaqueUsage } from "../validators/spent.js";
import {
  vSeriesQuestion,
  vSummaryQuestion,
  vTopQuestion,
  vOpaqueSeries,
  vOpaqueSummary,
  vOpaqueTop,
} from "../validators/usageSums.js";
import { internalMutation, mutation, query } from "./_generated/server.js";
import * as usage from "./model/usage.js";

const vPlaced = { caller: vCaller, threadId: v.optional(v.string()), runId: v.optional(v.string()) };
/** The events that are meant: of whom, and from when until when. */
const vEventsRequest = {
  ...{ ...vPlaced, parentRunId: v.optional(v.string()) },
  ...{ tenantId: v.optional(v.string()), userId: v.optional(v.string()) },
  ...{ from: v.optional(v.number()), to: v.optional(v.number()), ...vPageRequest },
};

export const record = mutation({
  args: {
    ...{ ...vPlaced, agentName: v.optional(v.string()) },
    ...{ usage: vOpaqueUsage, operationId: v.optional(v.string()) },
  },
  returns: v.object({ eventId: v.string(), costMicros: v.optional(v.number()) }),
  handler: (ctx, args) => usage.record(ctx, args),
});

export const list = query({
  args: vEventsRequest,
  returns: vPage(vUsageEvent),
  handler: (ctx, args) => usage.list(ctx, args),
});

export const exportLines = query({
  args: vEventsRequest,
  returns: v.object({ lines: v.string(), cursor: v.union(v.string(), v.null()) }),
  handler: (ctx, args) => usage.exportLines(ctx, args),
});

export const summary = query({
  args: { caller: vCaller, ...vSummaryQuestion.fields },
  returns: vOpaqueSummary,
  handler: (ctx, args) => usage.summary(ctx, args),
});

export const timeseries = query({
  args: { caller: vCaller, ...vSeriesQuestion.fields },
  returns: vOpaqueSeries,
  handler: (ctx, args) => usage.timeseries(ctx, args),
});

export const top = query({
  args: { caller: vCaller, ...vTopQuestion.fields },
  returns: vOpaqueTop,
  handler: (ctx, args) => usage.top(ctx, args),
});

export const eraseUser = mutation({
  args: { caller: vCaller, tenantId: v.optional(v.string()), userId: v.string() },
  returns: v.object({ isDone: v.boolean() }),
  handler: (ctx, args) => usage.eraseUser(ctx, args),
});

export const fold = internalMutation({
  args: { dueAt: v.number() },
  returns: v.null(),
  handler: (ctx, args) => usage.fold(ctx, args),
});
