// What the driver asks for. Everything that writes may be asked again: the driver does so when a host dies on it.
import { isMemoryError } from "convex-agent-memory";
import { anyApi, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";
import { clerk, lead, solo } from "./agents.js";
import { memory } from "./memory.js";

const vAs = { userId: v.string() };

export const createThread = mutationGeneric({
  args: { ...vAs, operationId: v.string() },
  handler: async (ctx, { userId, operationId }): Promise<string> =>
    (await memory.as({ userId }).threads.create(ctx, { operationId })).threadId,
});

const agents = { solo, lead, clerk };

export const send = mutationGeneric({
  args: {
    ...vAs,
    agent: v.union(v.literal("solo"), v.literal("lead"), v.literal("clerk")),
    threadId: v.string(),
    prompt: v.string(),
    operationId: v.string(),
    /** What to do while another run has the thread. */
    whileRunning: v.optional(
      v.union(v.literal("queue"), v.literal("reject"), v.literal("interrupt"), v.literal("steer")),
    ),
  },
  handler: async (ctx, { userId, agent, ...asked }): Promise<string> => {
    const run = anyApi[agent]!["run"]! as never;
    return (await agents[agent].start(ctx, run, { as: { userId }, ...asked })).runId;
  },
});

/** The calls of a run that wait for somebody. */
export const listWaiting = queryGeneric({
  args: { ...vAs, runId: v.string() },
  handler: async (ctx, { userId, runId }): Promise<{ callId: string; toolName: string }[]> => {
    const waiting = await memory.as({ userId }).runs.listWaiting(ctx, { runId });
    return waiting.map(({ callId, toolName }) => ({ callId, toolName }));
  },
});

/** Does about a waiting call what somebody chose. */
export const decide = mutationGeneric({
  args: { ...vAs, runId: v.string(), callId: v.string(), choice: v.string() },
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
export const steer = mutationGeneric({
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

export const cancel = mutationGeneric({
  args: { ...vAs, runId: v.string() },
  handler: async (ctx, { userId, runId }): Promise<string> =>
    (await memory.as({ userId }).runs.cancel(ctx, { runId })).state.kind,
});

/** The state of a run; null when there is none. */
export const stateOf = queryGeneric({
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
