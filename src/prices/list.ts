import type { NewPeriod, TokenPrices } from "../validators/price.js";

/** What a provider's page says. */
export type PriceList = {
  /** As events are billed: what stands before the first dot of the provider's name. */
  provider: string;
  source: string;
  /** The day that the prices are of. */
  asOf: string;
  models: readonly { ids: readonly string[]; periods: readonly NewPeriod[] }[];
};

/** Dollars for a million tokens, as price pages say them, in millionths. */
const micros = (dollars: number): number => Math.round(dollars * 1_000_000);

/** What a model costs, in dollars for a million tokens. */
export function dollars(rates: TokenPrices): TokenPrices {
  const { input, output, cachedInput, cacheWrite } = rates;
  return {
    input: micros(input),
    output: micros(output),
    ...(cachedInput === undefined ? {} : { cachedInput: micros(cachedInput) }),
    ...(cacheWrite === undefined ? {} : { cacheWrite: micros(cacheWrite) }),
  };
}

/** One price for all names of a model. */
export const model = (ids: string | readonly string[], rates: TokenPrices): PriceList["models"][number] => ({
  ids: typeof ids === "string" ? [ids] : ids,
  periods: [{ prices: dollars(rates) }],
});
