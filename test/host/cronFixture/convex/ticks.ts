import { internalActionGeneric, internalMutationGeneric } from "convex/server";
import { v } from "convex/values";

export const add = internalMutationGeneric({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("ticks", { name, at: Date.now() });
  },
});

export const fail = internalMutationGeneric({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("ticks", { name: "fail", at: Date.now() });
    throw new Error("the cron's own mistake");
  },
});

/** Waits at a gate that a test opens. */
export const wait = internalActionGeneric({
  args: {},
  handler: async () => {
    const gate = (globalThis as { cronGate?: { entered: () => void; opened: Promise<void> } }).cronGate;
    gate?.entered();
    await gate?.opened;
  },
});
