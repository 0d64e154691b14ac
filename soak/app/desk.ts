// What the driver asks for. Everything that writes may be asked again: the driver does so when a host dies on it.
import type { WorkflowId } from "@convex-dev/workflow";
import { isMemoryError } from "convex-agent-memory";
import { v } from "convex/values";
import { internal } from "../api.js";
import { clerk, lead, limited, mover, patient, solo } from "./agents.js";
import { memory, workflow } from "./memory.js";
import { soakModel } from "./model.js";
import { mutation, query } from "./server.js";

const vAs = { userId: v.string() };

export const createThread = mutation({
  args: { ...vAs, operationId: v.string() },
  handler: async (ctx, { userId, operationId }): Promise<string> =>
    (await memory.as({ userId }).threads.create(ctx, { operationId })).threadId,
});

/** Prices for the model, and budgets that the user's runs draw on and do not use up. */
export const prepare = mutation({
  args: vAs,
  handler: async (ctx, { userId }): Promise<null> => {
    const { prices, budgets } = memory.asSystem();
    const { provider, modelId: model } = soakModel();
    await prices.load(ctx, {
      prices: [{ provider, model, prices: { input: 2_000_000, output: 10_000_000 } }],
    });
    const enough = { per: "user", userId, mode: "hard" } as const;
    await budgets.set(ctx, { ...enough, unit: "cost", period: "lifetime", limit: 1_000_000_000 });
    await budgets.set(ctx, { ...enough, unit: "tokens", period: "day", limit: 1_000_000_000 });
    await budgets.set(ctx, { per: "tenant", unit: "cost", period: "day", mode: "soft", limit: 1 });
    return null;
  },
});

/** Lets so many tokens be used in a thread: at all, or each day. */
export const limitThread = mutation({
  args: {
    ...vAs,
    threadId: v.string(),
    limit: v.number(),
    period: v.union(v.literal("day"), v.literal("lifetime")),
  },
  handler: async (ctx, { threadId, limit, period }): Promise<null> => {
    const budget = { per: "thread", threadId, unit: "tokens", period, mode: "hard" } as const;
    await memory.asSystem().budgets.set(ctx, { ...budget, limit });
    return null;
  },
});

/** Removes a thread; it may be gone already. */
export const removeThread = mutation({
  args: { ...vAs, threadId: v.string() },
  handler: async (ctx, { userId, threadId }): Promise<null> => {
    try {
      await memory.as({ userId }).threads.remove(ctx, { threadId });
    } catch (error) {
      if (!isMemoryError(error, "THREAD_NOT_FOUND")) throw error;
    }
    return null;
  },
});

/** The host's clock, in ms since the epoch. */
export const now = query({ args: {}, handler: async (): Promise<number> => Date.now() });

const agents = { solo, lead, clerk, mover, limited, patient };
const vAgent = v.union(
  ...(["solo", "lead", "clerk", "mover", "limited", "patient"] as const).map((name) => v.literal(name)),
);

export const send = mutation({
  args: {
    ...vAs,
    agent: vAgent,
    threadId: v.string(),
    prompt: v.string(),
    operationId: v.string(),
    startAt: v.optional(v.number()),
    /** What to do while another run has the thread. */
    whileRunning: v.optional(
      v.union(v.literal("queue"), v.literal("reject"), v.literal("interrupt"), v.literal("steer")),
    ),
  },
  handler: async (ctx, { userId, agent, ...asked }): Promise<string> => {
    const args = { as: { userId }, ...asked };
    return (await agents[agent].start(ctx, internal[agent].run, args)).runId;
  },
});

/** The calls of a run that wait for somebody. */
export const listWaiting = query({
  args: { ...vAs, runId: v.string() },
  handler: async (ctx, { userId, runId }): Promise<{ callId: string; toolName: string }[]> => {
    const waiting = await memory.as({ userId }).runs.listWaiting(ctx, { runId });
    return waiting.map(({ callId, toolName }) => ({ callId, toolName }));
  },
});

/** Does about a waiting call what somebody chose. */
export const decide = mutation({
  args: {
    ...vAs,
    runId: v.string(),
    callId: v.string(),
    choice: v.union(v.literal("approve"), v.literal("edit"), v.literal("deny"), v.literal("answer")),
  },
  handler: async (ctx, { userId, choice, ...call }): Promise<null> => {
    const runs = memory.as({ userId }).runs;
    if (choice === "approve") await runs.approve(ctx, call);
    if (choice === "edit") await runs.approve(ctx, { ...call, input: { key: "edited" } });
    if (choice === "deny") await runs.deny(ctx, { ...call, reason: "Not today." });
    if (choice === "answer") await runs.answer(ctx, { ...call, output: "answered" });
    return null;
  },
});

/** Says something to a run under way; false when it was over, and what was said is not in the thread. */
export const steer = mutation({
  args: { ...vAs, runId: v.string(), prompt: v.string(), operationId: v.string() },
  handler: async (ctx, { userId, ...said }): Promise<boolean> => {
    try {
      await memory.as({ userId }).runs.steer(ctx, said);
      return true;
    } catch (error) {
      if (isMemoryError(error, "RUN_ENDED")) return false;
      throw error;
    }
  },
});

/** What only the app can do for a run that failed because its module was renamed: nobody drives its workflow any more. */
export const clearWorkflow = mutation({
  args: { ...vAs, runId: v.string() },
  handler: async (ctx, { userId, runId }): Promise<null> => {
    const { workflowId } = await memory.as({ userId }).runs.get(ctx, { runId });
    if (workflowId === undefined) return null;
    await workflow.cancel(ctx, workflowId as WorkflowId);
    await workflow.cleanup(ctx, workflowId as WorkflowId);
    return null;
  },
});

export const cancel = mutation({
  args: { ...vAs, runId: v.string() },
  handler: async (ctx, { userId, runId }): Promise<string> =>
    (await memory.as({ userId }).runs.cancel(ctx, { runId })).state.kind,
});

/** The state of a run; null when there is none. */
export const stateOf = query({
  args: { ...vAs, runId: v.string() },
  handler: async (ctx, { userId, runId }): Promise<string | null> => {
    try {
      return (await memory.as({ userId }).runs.get(ctx, { runId })).state.kind;
    } catch (error) {
      if (isMemoryError(error, "RUN_NOT_FOUND")) return null;
      throw error;
    }
  },
});

/** What a run waits for that is not over: a budget, its turn with the model; null: nothing. */
export const waitsFor = query({
  args: { ...vAs, runId: v.string() },
  handler: async (ctx, { userId, runId }): Promise<string | null> =>
    (await memory.as({ userId }).runs.get(ctx, { runId })).waitsFor ?? null,
});
