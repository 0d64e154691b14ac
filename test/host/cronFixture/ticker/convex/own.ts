import { internalMutationGeneric } from "convex/server";

export const tick = internalMutationGeneric({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("ticks", { name: "component", at: Date.now() });
  },
});
