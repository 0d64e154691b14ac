import { model, type PriceList } from "./list.js";

/** Prompts of 200,000 tokens and more cost more. */
export const XAI: PriceList = {
  provider: "xai",
  source: "https://docs.x.ai/developers/models",
  asOf: "2026-09-29",
  models: [
    model("grok-4.7", { input: 2, cachedInput: 0.5, output: 6 }),
    model("grok-4.6", { input: 2, cachedInput: 0.5, output: 6 }),
    model("grok-4.5", { input: 2, cachedInput: 0.5, output: 6 }),
    model("grok-4.3", { input: 1.25, cachedInput: 0.2, output: 2.5 }),
  ],
};
