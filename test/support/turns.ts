import type { Usage } from "../../src/validators/usage.js";

/** What one scripted call of a model used. */
export const used: Usage = {
  provider: "test",
  model: "scripted",
  purpose: "answer",
  inputTokens: 10,
  outputTokens: 5,
  ms: 1,
};
