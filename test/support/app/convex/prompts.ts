// Ways in which an app takes a prompt.
import { vRunTicket } from "convex-agent-memory";
import type { RunTicket } from "convex-agent-memory/ai";
import { makeFunctionReference, mutationGeneric } from "convex/server";
import { ConvexError, v } from "convex/values";
import { memory, principal } from "./memory.js";
import { narrator } from "./narrator.js";

const vAsked = { threadId: v.string(), prompt: v.string(), operationId: v.string() };

/** Writes it. */
export const say = mutationGeneric({
  args: vAsked,
  returns: v.null(),
  handler: async (ctx, { prompt, ...args }) => {
    const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text: prompt }] }];
    await memory.as(await principal(ctx)).messages.append(ctx, { ...args, messages });
    return null;
  },
});

/** Writes it in other words. */
export const sayLoudly = mutationGeneric({
  args: vAsked,
  returns: v.null(),
  handler: async (ctx, { prompt, ...args }) => {
    const messages = [
      { role: "user" as const, parts: [{ type: "text" as const, text: prompt.toUpperCase() }] },
    ];
    await memory.as(await principal(ctx)).messages.append(ctx, { ...args, messages });
    return null;
  },
});

/** Takes none. */
export const refuse = mutationGeneric({
  args: vAsked,
  returns: v.null(),
  handler: async (ctx) => {
    await principal(ctx);
    throw new ConvexError({ code: "TOO_LATE", message: "We are closed." });
  },
});

/** Has it answered by a durable run. */
export const ask = mutationGeneric({
  args: vAsked,
  returns: vRunTicket,
  handler: async (ctx, args): Promise<RunTicket> => {
    const run = makeFunctionReference<"mutation">("narrator:run") as unknown as Parameters<
      typeof narrator.start
    >[1];
    return await narrator.start(ctx, run, { as: await principal(ctx), ...args });
  },
});
