import { vRun } from "convex-agent-memory";
import { v } from "convex/values";
import { internalMutation, query } from "./_generated/server.js";
import { memory, principal } from "./memory.js";
import schema from "./schema.js";

// What the agents did, in a table of this app: the memory tells it each end of a run in the transaction that ends it.

const SHOWN_RUNS = 50;

/** Called by the memory, once for each run that has ended. */
export const onRunFinished = internalMutation({
  args: { run: vRun },
  returns: v.null(),
  handler: async (ctx, { run: { threadId, runId, agentName, state, startedAt, totals } }) => {
    const tokens = totals.inputTokens + totals.outputTokens;
    const ms = "endedAt" in state ? Math.round(state.endedAt - startedAt) : 0;
    await ctx.db.insert("activity", { threadId, runId, agentName, state: state.kind, tokens, ms });
    return null;
  },
});

/** The latest runs that ended in one of the caller's threads, newest first. */
export const list = query({
  args: { threadId: v.string() },
  returns: v.array(schema.tables.activity.validator),
  handler: async (ctx, { threadId }) => {
    const as = await principal(ctx);
    await memory.as(as).threads.get(ctx, { threadId });
    const lines = await ctx.db
      .query("activity")
      .withIndex("by_thread", (q) => q.eq("threadId", threadId))
      .order("desc")
      .take(SHOWN_RUNS);
    return lines.map(({ _id, _creationTime, ...line }) => line);
  },
});
