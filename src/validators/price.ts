import { v, type Infer, type VAny } from "convex/values";

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
  /** Of this period alone: no other of the ledger has it, nor ever will. */
  version: v.number(),
  from: v.number(),
  to: v.optional(v.number()),
  prices: vTokenPrices,
});
export type PricePeriod = Infer<typeof vPricePeriod>;

/** Prices to set: from now on unless `from` lies ahead, until `to`, or without it until others begin. */
export const vNewPeriod = v.object({
  prices: vTokenPrices,
  from: v.optional(v.number()),
  to: v.optional(v.number()),
});
export type NewPeriod = Infer<typeof vNewPeriod>;

/** As doors take it: checked against `vNewPeriod` where it is set. */
export const vOpaquePeriod = v.any() as VAny<NewPeriod>;

/** Whose prices: a provider by its billed name ("openai") or by a longer one ("google.vertex"), and its model. */
export const vPricedModel = { provider: v.string(), model: v.string() };
export type PricedModel = { provider: string; model: string };

/** What a model costs: its periods in order, those to come included. */
export const vModelPrices = v.object({ ...vPricedModel, periods: v.array(vPricePeriod) });
export type ModelPrices = Infer<typeof vModelPrices>;

/** One line of a list of prices. */
export type PriceEntry = PricedModel & NewPeriod;

/** A model that was called and has no price. */
export const vUnpricedModel = v.object({
  ...vPricedModel,
  /** Calls without a cost among those that were looked at. */
  calls: v.number(),
  /** When the last of them was. */
  lastAt: v.number(),
});
export type UnpricedModel = Infer<typeof vUnpricedModel>;
