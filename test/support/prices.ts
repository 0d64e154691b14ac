// A ledger with prices, as the app writes and reads them.
import type { TokenPrices } from "../../src/validators/price.js";
import { aMemory } from "./aMemory.js";

const MINUTE = 60_000;
/** When tests of prices begin. */
export const START = Date.UTC(2026, 0, 1);
export const later = (minutes: number) => START + minutes * MINUTE;

export const cheap: TokenPrices = { input: 100_000, output: 400_000, cachedInput: 10_000 };
export const dear: TokenPrices = { input: 2_000_000, output: 8_000_000 };
export const chat = { provider: "acme", model: "chat-1" };
export const small = { provider: "acme", model: "chat-small" };

/** A ledger, what the app does with its prices, and the periods of a model. */
export function aLedger() {
  const test = aMemory();
  const { prices } = test.memory.asSystem();
  const all = async (provider?: string) => (await prices.list(test.ctx, { provider, cursor: null })).page;
  const periods = async (model = chat) =>
    (await all(model.provider)).find((row) => row.model === model.model)?.periods ?? [];
  return { ...test, prices, all, periods };
}
