import { v, type Infer } from "convex/values";

/** Prices of one model: millionths of the currency for a million tokens of a kind, as integers. */
export const vTokenPrices = v.object({
  input: v.number(),
  output: v.number(),
  /** Unless told as `input`. */
  cachedInput: v.optional(v.number()),
  /** Unless told as `input`. */
  cacheWrite: v.optional(v.number()),
  /** Unless told as `output`. */
  reasoning: v.optional(v.number()),
  /** For each call, in millionths of the currency; 0 unless told. */
  call: v.optional(v.number()),
});
export type TokenPrices = Infer<typeof vTokenPrices>;

/** When prices hold: from `from` on, before `to`, in ms since the epoch; without `to` until another begins. */
export const vPricePeriod = v.object({
  version: v.number(),
  from: v.number(),
  to: v.optional(v.number()),
  prices: vTokenPrices,
});
export type PricePeriod = Infer<typeof vPricePeriod>;
