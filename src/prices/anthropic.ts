import { model, type PriceList } from "./list.js";

/** Cache writes are those of five minutes. Prompts of more than 100,000 tokens cost more with Haiku 5.5. */
export const ANTHROPIC: PriceList = {
  provider: "anthropic",
  source: "https://platform.claude.com/docs/en/about-claude/pricing",
  asOf: "2026-10-24",
  models: [
    model("claude-fable-5-1", { input: 10, cachedInput: 0.25, cacheWrite: 12.5, output: 50 }),
    model("claude-fable-5", { input: 10, cachedInput: 1, cacheWrite: 12.5, output: 50 }),
    model("claude-opus-5-5", { input: 4, cachedInput: 0.2, cacheWrite: 5, output: 20 }),
    model(
      [
        "claude-opus-5",
        "claude-opus-4-8",
        "claude-opus-4-7",
        "claude-opus-4-6",
        "claude-opus-4-5",
        "claude-opus-4-5-20251101",
      ],
      { input: 5, cachedInput: 0.5, cacheWrite: 6.25, output: 25 },
    ),
    model("claude-sonnet-5-5", { input: 2, cachedInput: 0.1, cacheWrite: 2.5, output: 10 }),
    model("claude-sonnet-5", { input: 2, cachedInput: 0.2, cacheWrite: 2.5, output: 10 }),
    model(["claude-sonnet-4-6", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"], {
      input: 3,
      cachedInput: 0.3,
      cacheWrite: 3.75,
      output: 15,
    }),
    model("claude-haiku-5-5", { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, output: 0.5 }),
    model(["claude-haiku-4-5", "claude-haiku-4-5-20251001"], {
      input: 1,
      cachedInput: 0.1,
      cacheWrite: 1.25,
      output: 5,
    }),
  ],
};
