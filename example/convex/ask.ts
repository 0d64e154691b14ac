import { MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import { vRunTicket } from "convex-agent-memory";
import type { RunTicket } from "convex-agent-memory/ai";
import { ConvexError, v } from "convex/values";
import { components, internal } from "./_generated/api.js";
import { mutation } from "./_generated/server.js";
import { principal } from "./memory.js";
import { researcher } from "./researcher.js";

/** Answers cost money: each user may ask ten questions at once, then twenty a minute. */
const limits = new RateLimiter(components.rateLimiter, {
  send: { kind: "token bucket", rate: 20, period: MINUTE, capacity: 10 },
});

/** Asks the researcher. The answer is a durable run: watch it with the functions of chat.ts. */
export const send = mutation({
  args: { threadId: v.string(), prompt: v.string(), operationId: v.string() },
  returns: vRunTicket,
  handler: async (ctx, args): Promise<RunTicket> => {
    const as = await principal(ctx);
    const { ok, retryAfter } = await limits.limit(ctx, "send", { key: as.userId });
    if (!ok)
      throw new ConvexError({
        code: "RATE_LIMITED",
        message: `Too many questions: ask again in ${Math.ceil(retryAfter / 1000)} s.`,
        retryAfter,
      });
    return await researcher.start(ctx, internal.researcher.run, { as, ...args });
  },
});
