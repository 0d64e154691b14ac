import { model, type PriceList } from "./list.js";

/**
 * Standard processing. Prompts of more than 272,000 tokens cost more with the models of the 1M context; cache writes
 * are those of 30 minutes.
 */
export const OPENAI: PriceList = {
  provider: "openai",
  source: "https://developers.openai.com/api/docs/pricing",
  asOf: "2026-11-18",
  models: [
    model("gpt-6.2-sol", { input: 2, cachedInput: 0.1, cacheWrite: 2.5, output: 10 }),
    model("gpt-6.1-sol", { input: 2, cachedInput: 0.1, cacheWrite: 2.5, output: 10 }),
    model("gpt-6.1-terra", { input: 1, cachedInput: 0.05, cacheWrite: 1.25, output: 5 }),
    model("gpt-6-astra", { input: 10, cachedInput: 1, cacheWrite: 12.5, output: 50 }),
    model("gpt-6-sol", { input: 2, cachedInput: 0.2, cacheWrite: 2.5, output: 10 }),
    model("gpt-6-luna", { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, output: 0.5 }),
    model("gpt-5.6-luna", { input: 0.2, cachedInput: 0.02, cacheWrite: 0.25, output: 1.2 }),
    model(["gpt-5.5", "gpt-5.5-2026-04-23"], { input: 5, cachedInput: 0.5, output: 30 }),
    model(["gpt-5.4", "gpt-5.4-2026-03-05"], { input: 2.5, cachedInput: 0.25, output: 15 }),
    model(["gpt-5.4-mini", "gpt-5.4-mini-2026-03-17"], { input: 0.75, cachedInput: 0.075, output: 4.5 }),
    model(["gpt-5.4-nano", "gpt-5.4-nano-2026-03-17"], { input: 0.2, cachedInput: 0.02, output: 1.25 }),
    model(["gpt-5", "gpt-5-2025-08-07"], { input: 1.25, cachedInput: 0.125, output: 10 }),
    model(["gpt-5-mini", "gpt-5-mini-2025-08-07"], { input: 0.25, cachedInput: 0.025, output: 2 }),
    model(["gpt-5-nano", "gpt-5-nano-2025-08-07"], { input: 0.05, cachedInput: 0.005, output: 0.4 }),
    model("text-embedding-3-large", { input: 0.13, output: 0 }),
    model("text-embedding-3-small", { input: 0.02, output: 0 }),
  ],
};
