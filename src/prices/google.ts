import { dollars, model, type PriceList } from "./list.js";

/** The Gemini API, paid tier, text. Prompts of more than 200,000 tokens cost more with the Pro models, audio with some. */
export const GOOGLE: PriceList = {
  provider: "google",
  source: "https://ai.google.dev/gemini-api/docs/pricing",
  asOf: "2026-10-07",
  models: [
    {
      ids: ["gemini-3.8-flash"],
      periods: [
        { prices: dollars({ input: 0.75, cachedInput: 0.075, output: 3.75 }) },
        // The page says "starting January 1, 2027", without a zone: UTC.
        { from: Date.UTC(2027, 0, 1), prices: dollars({ input: 1.5, cachedInput: 0.15, output: 7.5 }) },
      ],
    },
    model("gemini-3.5-flash", { input: 1.5, cachedInput: 0.15, output: 9 }),
    model("gemini-3.1-pro-preview", { input: 2, cachedInput: 0.2, output: 12 }),
    model("gemini-2.5-pro", { input: 1.25, cachedInput: 0.125, output: 10 }),
    model("gemini-2.5-flash", { input: 0.3, cachedInput: 0.03, output: 2.5 }),
    model("gemini-2.5-flash-lite", { input: 0.1, cachedInput: 0.01, output: 0.4 }),
    model("gemini-embedding-2", { input: 0.2, output: 0 }),
    model("gemini-embedding-001", { input: 0.15, output: 0 }),
  ],
};
