import type { PriceEntry, TokenPrices } from "../validators/price.js";
import { ANTHROPIC } from "./anthropic.js";
import { GOOGLE } from "./google.js";
import { OPENAI } from "./openai.js";
import { XAI } from "./xai.js";

/** Where prices of the starter list come from, and when that page said so. */
export type StarterSource = { provider: string; source: string; asOf: string };

const LISTS = [OPENAI, ANTHROPIC, GOOGLE, XAI];

/** The price page of each provider of the list, and the day (ISO 8601) that its prices are of. */
export const starterSources: readonly StarterSource[] = LISTS.map(({ provider, source, asOf }) => ({
  provider,
  source,
  asOf,
}));

/**
 * List prices of current models in US dollars, to load and to override: standard processing, prompts of usual length,
 * global endpoints. Compare them with your provider's page: `starterSources` says which, and as of when. A model that
 * is not in it has no price until you give it one.
 *
 * @example await memory.asSystem().prices.load(ctx, { prices: [...starterPrices, ...negotiated] });
 */
export const starterPrices: readonly PriceEntry[] = LISTS.flatMap(({ provider, models }) =>
  models.flatMap(({ ids, periods }) =>
    ids.flatMap((model) => periods.map((period) => ({ provider, model, ...period }))),
  ),
);

/**
 * The prices of a model of the starter list that hold now, for the same model under another name: a deployment of
 * Azure, an id of a gateway. `undefined` for a model that is not in the list.
 *
 * @example
 * const prices = starterPricesOf("openai", "gpt-6-luna");
 * if (prices !== undefined) await memory.asSystem().prices.set(ctx, { provider: "azure", model: "my-luna", prices });
 */
export function starterPricesOf(provider: string, model: string): TokenPrices | undefined {
  const now = Date.now();
  return starterPrices.findLast(
    (entry) => entry.provider === provider && entry.model === model && (entry.from ?? now) <= now,
  )?.prices;
}
