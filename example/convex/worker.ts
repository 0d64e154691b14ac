import { defineWorker, extractAfterRun } from "convex-agent-memory/ai";
import type { FunctionReference } from "convex/server";
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { action } from "./_generated/server.js";
import { memory, payer } from "./memory.js";
import { chatModel, embeddingModel, hasModel } from "./models/index.js";

const self = (): FunctionReference<"action", "internal"> => internal.worker.worker;

/** Gives what waits its vectors: of one user by `learn`, of everyone by `npx convex run worker:worker`. */
export const worker = defineWorker(memory, { embeddingModel, self });

const vLearned = v.object({ embedded: v.number(), warnings: v.array(v.string()) });

/**
 * When a conversation is over: finds the facts in it, and gives what the caller's memory holds its vectors. The
 * built-in model quotes and does not understand: without another one only what was asked to be remembered is known.
 */
export const learn = action({
  args: { threadId: v.string() },
  returns: vLearned,
  handler: async (ctx, { threadId }): Promise<typeof vLearned.type> => {
    const as = await payer(ctx);
    await memory.as(as).threads.get(ctx, { threadId });
    const extracted = hasModel()
      ? await extractAfterRun(ctx, { memory: memory.as(as), threadId, model: chatModel })
      : { warnings: [] };
    const { embedded, failure } = await ctx.runAction(internal.worker.worker, { as });
    return { embedded, warnings: [...extracted.warnings, ...(failure === undefined ? [] : [failure])] };
  },
});
