// Runs a function of the component and takes everything back: what it read and wrote is in the host's spans.
import { internalMutationGeneric, type FunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";
import { memory } from "./memory.js";

type Doors = Record<string, Record<string, FunctionReference<"mutation", "internal">>>;

export const rehearse = internalMutationGeneric({
  args: { door: v.string(), args: v.any() },
  returns: v.null(),
  handler: async (ctx, { door, args }) => {
    const [domain = "", name = ""] = door.split(".");
    const reference = (memory.component as unknown as Doors)[domain]?.[name];
    if (reference === undefined) throw new ConvexError({ code: "NO_SUCH_DOOR", door });
    await ctx.runMutation(reference, args as Record<string, unknown>);
    throw new ConvexError({ code: "TAKEN_BACK" });
  },
});

/** Records a call and asks for sums of it, all in one transaction: what was recorded has no time of its commit yet. */
export const recordAndSum = internalMutationGeneric({
  args: { tenantId: v.string(), userId: v.string(), inputTokens: v.number() },
  handler: async (ctx, { inputTokens, ...as }) => {
    const calls = { provider: "test", model: "scripted", purpose: "answer" as const, ms: 3, outputTokens: 1 };
    await memory.as(as).usage.record(ctx, { usage: { ...calls, inputTokens } });
    const { tenantId } = as;
    const sums = [
      await memory.as(as).usage.summary(ctx, {}),
      await memory.as(as).usage.summary(ctx, { period: "day", by: "model" }),
      await memory.asSystem().usage.summary(ctx, { tenantId }),
    ];
    return sums.map((sum) => sum.inputTokens);
  },
});
