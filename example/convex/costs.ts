import {
  vBudgetStatus,
  vPage,
  vPageRequest,
  vUsageEvent,
  vUsageSeries,
  vUsageSummary,
  vUsageTop,
} from "convex-agent-memory";
import { v } from "convex/values";
import { internalQuery, mutation, query } from "./_generated/server.js";
import { admin, memory, principal } from "./memory.js";

// What everyone of a tenant spends, and what they may: for its admins. What a user spends themselves is in spending.ts. The
// tenant is always the one of who asks: no function takes it from its arguments.

const vPeriod = v.union(v.literal("day"), v.literal("month"));
const TOP_USERS = 20;

/** What the admin's tenant has cost in this day or month (UTC), by model. Live. */
export const ofTenant = query({
  args: { period: vPeriod },
  returns: vUsageSummary,
  handler: async (ctx, { period }) => {
    const { tenantId } = await admin(ctx);
    return await memory.asSystem().usage.summary(ctx, { tenantId, period, by: "model" });
  },
});

/** The users of the admin's tenant that cost most. Live. */
export const topUsers = query({
  args: { period: vPeriod },
  returns: vUsageTop,
  handler: async (ctx, { period }) => {
    const { tenantId } = await admin(ctx);
    return await memory.asSystem().usage.top(ctx, { tenantId, period, by: "user", limit: TOP_USERS });
  },
});

/** From when on and until when, in ms since the epoch, and of which user; of all of the tenant without one. */
const vAsked = { from: v.number(), to: v.optional(v.number()), userId: v.optional(v.string()) };
const vBy = v.union(
  v.literal("provider"),
  v.literal("model"),
  v.literal("agent"),
  v.literal("purpose"),
  v.literal("user"),
);

/** What the admin's tenant, or a user of it, has used in a span. Live. */
export const summaryOf = query({
  args: { ...vAsked, by: v.optional(vBy) },
  returns: vUsageSummary,
  handler: async (ctx, args) => {
    const { tenantId } = await admin(ctx);
    return await memory.asSystem().usage.summary(ctx, { ...args, tenantId });
  },
});

/** The same as points of hours, days or months. Live. */
export const seriesOf = query({
  args: {
    ...vAsked,
    by: v.optional(vBy),
    every: v.union(v.literal("hour"), v.literal("day"), v.literal("month")),
  },
  returns: vUsageSeries,
  handler: async (ctx, args) => {
    const { tenantId } = await admin(ctx);
    return await memory.asSystem().usage.timeseries(ctx, { ...args, tenantId });
  },
});

/** The same call by call, newest first. Live. */
export const eventsOf = query({
  args: { ...vAsked, ...vPageRequest },
  returns: vPage(vUsageEvent),
  handler: async (ctx, args) => {
    const { tenantId } = await admin(ctx);
    return await memory.asSystem().usage.list(ctx, { ...args, tenantId });
  },
});

/** Each day of one user, from a time on. Of themselves for everyone, of others of the tenant for its admins. Live. */
export const daysOf = query({
  args: { userId: v.string(), from: v.number() },
  returns: vUsageSeries,
  handler: async (ctx, { userId, from }) => {
    const as = await principal(ctx);
    const { tenantId } = userId === as.userId ? as : await admin(ctx);
    return await memory.asSystem().usage.timeseries(ctx, { tenantId, userId, from, every: "day" });
  },
});

/** Where the budgets stand that limit a user of the admin's tenant. Live. */
export const statusOf = query({
  args: { userId: v.string() },
  returns: v.array(vBudgetStatus),
  handler: async (ctx, { userId }) => {
    const { tenantId } = await admin(ctx);
    return await memory.asSystem().budgets.status(ctx, { tenantId, userId });
  },
});

/** Sets what a user of the admin's tenant may spend a day, in millionths of the currency. Safe to repeat. */
export const setDailyLimit = mutation({
  args: { userId: v.string(), limitMicros: v.number() },
  returns: v.null(),
  handler: async (ctx, { userId, limitMicros: limit }) => {
    const { tenantId } = await admin(ctx);
    const budget = { per: "user", unit: "cost", period: "day", mode: "hard" } as const;
    await memory.asSystem().budgets.set(ctx, { ...budget, tenantId, userId, limit });
    return null;
  },
});

/** Takes the daily limit of a user of the admin's tenant away. Safe to repeat. */
export const removeDailyLimit = mutation({
  args: { userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { userId }) => {
    const { tenantId } = await admin(ctx);
    const { budgets } = memory.asSystem();
    const { page } = await budgets.list(ctx, { owner: { per: "user", tenantId, userId }, cursor: null });
    for (const { budgetId, unit, period, isByRule } of page)
      if (unit === "cost" && period === "day" && isByRule !== true) await budgets.remove(ctx, { budgetId });
    return null;
  },
});

const RECOUNT_MAX_EVENTS = 1_000;

/**
 * For who runs the app: a user's summary beside the sum of their events, both read in one transaction, so that they must
 * be the same. `npx convex run costs:recount '{"tenantId": …, "userId": …}'`
 */
export const recount = internalQuery({
  args: { tenantId: v.string(), userId: v.string() },
  returns: v.object({
    summary: v.object({ calls: v.number(), tokens: v.number(), costMicros: v.number() }),
    events: v.object({ calls: v.number(), tokens: v.number(), costMicros: v.number() }),
  }),
  handler: async (ctx, owner) => {
    const { usage } = memory.asSystem();
    const { calls, inputTokens, outputTokens, costMicros = 0 } = await usage.summary(ctx, owner);
    const events = { calls: 0, tokens: 0, costMicros: 0 };
    let cursor: string | null = null;
    do {
      const read = await usage.list(ctx, { ...owner, cursor, limit: 200 });
      for (const event of read.page) {
        events.calls += 1;
        events.tokens += event.inputTokens + event.outputTokens;
        events.costMicros += event.costMicros ?? 0;
      }
      ({ cursor } = read);
    } while (cursor !== null && events.calls < RECOUNT_MAX_EVENTS);
    return { summary: { calls, tokens: inputTokens + outputTokens, costMicros }, events };
  },
});
