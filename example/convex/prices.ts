import type { PriceEntry } from "convex-agent-memory";
import { starterPrices } from "convex-agent-memory/prices";
import { v } from "convex/values";
import { internalMutation, internalQuery } from "./_generated/server.js";
import { memory } from "./memory.js";

// What models cost. Both functions are for who runs the app: `npx convex run prices:load`.

/** The built-in models cost nothing. These are the prices of a small model, so that there are costs to look at. */
const BUILT_IN: PriceEntry[] = [
  { provider: "built-in", model: "extractive", prices: { input: 200_000, output: 1_250_000 } },
  { provider: "built-in", model: "extractive-brief", prices: { input: 100_000, output: 600_000 } },
  { provider: "built-in", model: "hashed-512", prices: { input: 20_000, output: 0 } },
];

/**
 * Loads the starter list, and behind it what this app says itself: prices that were negotiated, models of its own
 * servers. After each deploy; safe to repeat, what has not changed is not written.
 */
export const load = internalMutation({
  args: {},
  returns: v.object({ changed: v.number() }),
  handler: async (ctx) =>
    await memory.asSystem().prices.load(ctx, { prices: [...starterPrices, ...BUILT_IN] }),
});

/** Models that were called lately and have no price: what they cost is unknown until they are in the list above. */
export const listUnpriced = internalQuery({
  args: {},
  returns: v.array(v.object({ provider: v.string(), model: v.string(), calls: v.number() })),
  handler: async (ctx) => {
    const unpriced = await memory.asSystem().prices.listUnpriced(ctx);
    return unpriced.map(({ provider, model, calls }) => ({ provider, model, calls }));
  },
});
