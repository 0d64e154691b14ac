import { vContextExplanation, vRun } from "convex-agent-memory";
import { v } from "convex/values";
import { query } from "./_generated/server.js";
import { memory, principal } from "./memory.js";

// How an answer came about and what it cost, for the one who asked: the component checks each call against the
// owner of the thread.

const vCursor = v.union(v.string(), v.null());
/** A sum. The cost, in millionths of the ledger's currency, is absent where no call has a price. */
const vTotals = vRun.fields.totals;

/** The runs of a thread, newest first, with what each used. */
export const listRuns = query({
  args: { threadId: v.string(), cursor: vCursor },
  returns: v.object({
    page: v.array(
      v.object({
        runId: v.string(),
        turn: v.number(),
        agentName: v.string(),
        state: v.string(),
        steps: v.number(),
        totals: vTotals,
      }),
    ),
    cursor: vCursor,
  }),
  handler: async (ctx, args) => {
    const as = await principal(ctx);
    const { page, cursor } = await memory.as(as).runs.list(ctx, args);
    const runs = page.map(({ runId, turn, agentName, state, steps, totals }) => ({
      runId,
      turn,
      agentName,
      state: state.kind,
      steps,
      totals,
    }));
    return { page: runs, cursor };
  },
});

/** The tool calls of a run; `step` is the place of the result in its turn. */
export const listToolCalls = query({
  args: { runId: v.string(), cursor: vCursor },
  returns: v.object({
    page: v.array(
      v.object({
        callId: v.string(),
        toolName: v.string(),
        turn: v.number(),
        step: v.number(),
        state: v.string(),
        ms: v.optional(v.number()),
      }),
    ),
    cursor: vCursor,
  }),
  handler: async (ctx, args) => {
    const as = await principal(ctx);
    const { page, cursor } = await memory.as(as).runs.listToolCalls(ctx, args);
    const calls = page.map(({ state, ...call }) => ({ ...call, state: state.kind }));
    return { page: calls, cursor };
  },
});

/** The ledger of a thread: one event for each call of a model. */
export const listUsage = query({
  args: { threadId: v.string(), cursor: vCursor },
  returns: v.object({
    page: v.array(
      v.object({
        eventId: v.string(),
        runId: v.optional(v.string()),
        step: v.optional(v.number()),
        provider: v.string(),
        model: v.string(),
        purpose: v.string(),
        inputTokens: v.number(),
        outputTokens: v.number(),
        costMicros: v.optional(v.number()),
        ms: v.number(),
      }),
    ),
    cursor: vCursor,
  }),
  handler: async (ctx, args) => {
    const as = await principal(ctx);
    const { page, cursor } = await memory.as(as).usage.list(ctx, args);
    const events = page.map(
      ({ eventId, runId, step, provider, model, purpose, inputTokens, outputTokens, costMicros, ms }) => ({
        ...{ eventId, runId, step, provider, model, purpose, inputTokens, outputTokens },
        ...(costMicros === undefined ? {} : { costMicros }),
        ms,
      }),
    );
    return { page: events, cursor };
  },
});

/** What a thread used in all, as the component adds it up. */
export const totalUsage = query({
  args: { threadId: v.string() },
  returns: vTotals,
  handler: async (ctx, args) => {
    const as = await principal(ctx);
    const { calls, inputTokens, outputTokens } = await memory.as(as).usage.summary(ctx, args);
    return { calls, inputTokens, outputTokens };
  },
});

/** What was in the call of a model that wrote a message, section by section, and why; none of its words. */
export const explain = query({
  args: { messageId: v.string() },
  returns: vContextExplanation,
  handler: async (ctx, args) => {
    const as = await principal(ctx);
    return await memory.as(as).contexts.explain(ctx, args);
  },
});

/** Builds that context again: `same` when it is what was sent, to the byte, else what was changed or erased since. */
export const replay = query({
  args: { messageId: v.string() },
  returns: v.object({ kind: v.string(), source: v.optional(v.string()), bytes: v.optional(v.number()) }),
  handler: async (ctx, args) => {
    const as = await principal(ctx);
    const replayed = await memory.as(as).contexts.replay(ctx, args);
    if (replayed.kind !== "same") return { kind: replayed.kind, source: replayed.source.kind };
    return { kind: replayed.kind, bytes: new TextEncoder().encode(replayed.text).length };
  },
});
