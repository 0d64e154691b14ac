import { vRunTicket } from "convex-agent-memory";
import type { RunTicket } from "convex-agent-memory/ai";
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { action, mutation } from "./_generated/server.js";
import { memory, principal } from "./memory.js";
import { researcher } from "./researcher.js";

// Answers cost money. Who asks too often is refused with RATE_LIMITED and `details.retryAfterMs`, who has spent what they
// may with BUDGET_EXCEEDED and `details.resetsAt`: memory.ts says how often, admins how much (costs.ts).

/** Asks the researcher; in a busy thread the question waits for its turn. The answer is a durable run: watch it with the functions of chat.ts. */
export const send = mutation({
  args: { threadId: v.string(), prompt: v.string(), operationId: v.string() },
  returns: vRunTicket,
  handler: async (ctx, args): Promise<RunTicket> => {
    const as = await principal(ctx);
    return await researcher.start(ctx, internal.researcher.run, { as, ...args });
  },
});

/** Asks the researcher and gives the whole answer, for a client that does not watch; the turn runs in this action. */
export const answer = action({
  args: { threadId: v.string(), prompt: v.string(), operationId: v.string() },
  returns: v.object({ runId: v.string(), state: v.string(), text: v.string() }),
  handler: async (ctx, args): Promise<{ runId: string; state: string; text: string }> => {
    const as = await principal(ctx);
    const { runId, state, text } = await researcher.generate(ctx, { as, ...args });
    return { runId, state: state.kind, text };
  },
});

/** Says something to an answer under way: its next call of the model reads it. */
export const steer = mutation({
  args: { runId: v.string(), prompt: v.string(), operationId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    const as = await principal(ctx);
    await memory.as(as).runs.steer(ctx, args);
    return null;
  },
});
