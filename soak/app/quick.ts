// Answers in the caller's action: a host that dies on it leaves the run to whoever asks again.
import { v } from "convex/values";
import { action } from "./server.js";
import { quick } from "./agents.js";

/** Asks, or takes up what an action that died was asked before. Gives where the run stands. */
export const answer = action({
  args: {
    userId: v.string(),
    threadId: v.string(),
    prompt: v.string(),
    operationId: v.string(),
    streaming: v.boolean(),
  },
  handler: async (ctx, { userId, streaming, ...asked }): Promise<{ runId: string; state: string }> => {
    const args = { as: { userId }, ...asked, resume: true };
    const { runId, state } = await (streaming ? quick.stream(ctx, args) : quick.generate(ctx, args));
    return { runId, state: state.kind };
  },
});

/** Goes on with a run that waited. */
export const goOn = action({
  args: { userId: v.string(), runId: v.string(), streaming: v.boolean() },
  handler: async (ctx, { userId, runId, streaming }): Promise<string> =>
    (await quick.resume(ctx, { as: { userId }, runId, stream: streaming })).state.kind,
});
