// What the driver asks for. Everything that writes may be asked again: the driver does so when a host dies on it.
import { isMemoryError } from "convex-agent-memory";
import { anyApi, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";
import { solo } from "./agents.js";
import { memory } from "./memory.js";

const vAs = { userId: v.string() };

export const createThread = mutationGeneric({
  args: { ...vAs, operationId: v.string() },
  handler: async (ctx, { userId, operationId }): Promise<string> =>
    (await memory.as({ userId }).threads.create(ctx, { operationId })).threadId,
});

export const send = mutationGeneric({
  args: { ...vAs, threadId: v.string(), prompt: v.string(), operationId: v.string() },
  handler: async (ctx, { userId, ...asked }): Promise<string> =>
    (await solo.start(ctx, anyApi["solo"]!["run"]! as never, { as: { userId }, ...asked })).runId,
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
