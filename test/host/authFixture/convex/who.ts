import { actionGeneric, mutationGeneric, queryGeneric } from "convex/server";

export const asks = queryGeneric({ args: {}, handler: (ctx) => ctx.auth.getUserIdentity() });

export const writes = mutationGeneric({
  args: {},
  handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null,
});

export const acts = actionGeneric({
  args: {},
  handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null,
});
