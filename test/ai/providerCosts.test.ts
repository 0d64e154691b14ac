// What calls of providers cost by the starter list: each counts its cache and its reasoning in its own way.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import type { LanguageModel } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { starterPrices } from "../../src/prices/index.js";
import { countsIn, soundCounts } from "../../src/shared/soundUsage.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { hushed } from "./durableApp.js";
import { eventsIn } from "./ledgerScene.js";
import { anAgent } from "./support.js";

beforeEach(() => {
  hushed();
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Fetch = typeof globalThis.fetch;

/** What the ledger says of one call that the provider answers with this. */
async function eventOf(modelOf: (fetch: Fetch) => LanguageModel, body: object) {
  const fetch: Fetch = () =>
    Promise.resolve(new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } }));
  const helper = await anAgent([], { model: () => modelOf(fetch), maxRetries: 0 });
  const { agent, ctx, threadId, memory } = helper;
  await memory.asSystem().prices.load(ctx, { prices: [...starterPrices] });
  const code = await codeOf(agent.generate(ctx, { as: OWNER, threadId, prompt: "Weather?" }));
  const [event] = await eventsIn(helper);
  return { code, event };
}

const sonnet = (fetch: Fetch) => createAnthropic({ apiKey: "none", fetch })("claude-sonnet-4-5");
const responses = (fetch: Fetch) => createOpenAI({ apiKey: "none", fetch }).responses("gpt-5");
const chat = (fetch: Fetch) => createOpenAI({ apiKey: "none", fetch }).chat("gpt-6-sol");

const anthropicUsage = {
  ...{ input_tokens: 100, cache_read_input_tokens: 1_000, cache_creation_input_tokens: 2_000 },
  output_tokens: 50,
};
const anthropicAnswer = {
  ...{ type: "message", id: "m", role: "assistant", model: "claude-sonnet-4-5" },
  ...{ content: [{ type: "text", text: "Seven." }], stop_reason: "end_turn", stop_sequence: null },
  usage: anthropicUsage,
};
const responsesUsage = {
  ...{ input_tokens: 1_000, input_tokens_details: { cached_tokens: 600 } },
  ...{ output_tokens: 200, output_tokens_details: { reasoning_tokens: 150 } },
};
const responsesAnswer = {
  ...{ id: "r", created_at: 1, model: "gpt-5", service_tier: "default" },
  output: [
    {
      ...{ type: "message", id: "m", role: "assistant", status: "completed" },
      content: [{ type: "output_text", text: "Seven.", annotations: [] }],
    },
  ],
  usage: responsesUsage,
};
const chatUsage = {
  ...{ prompt_tokens: 1_000, prompt_tokens_details: { cached_tokens: 200, cache_write_tokens: 300 } },
  ...{ completion_tokens: 10, total_tokens: 1_010 },
};
const chatAnswer = {
  ...{ id: "c", created: 1, model: "gpt-6-sol" },
  choices: [{ index: 0, message: { role: "assistant", content: "Seven." }, finish_reason: "stop" }],
  usage: chatUsage,
};

const SONNET = {
  ...{ inputTokens: 3_100, cachedInputTokens: 1_000, cacheWriteTokens: 2_000, outputTokens: 50 },
  costMicros: 100 * 3 + 300 + 2_000 * 3.75 + 50 * 15,
};
const GPT_5 = {
  ...{ inputTokens: 1_000, cachedInputTokens: 600, outputTokens: 200, reasoningTokens: 150 },
  costMicros: 400 * 1.25 + 600 * 0.125 + 200 * 10,
};
const SOL = {
  ...{ inputTokens: 1_000, cachedInputTokens: 200, cacheWriteTokens: 300, outputTokens: 10 },
  costMicros: 500 * 2 + 200 * 0.2 + 300 * 2.5 + 10 * 10,
};

describe("a call of", () => {
  test.each([
    [
      "Anthropic, which counts its cache beside the input",
      { model: sonnet, body: anthropicAnswer, costs: SONNET },
    ],
    [
      "OpenAI, which counts its cache and its reasoning inside",
      { model: responses, body: responsesAnswer, costs: GPT_5 },
    ],
    [
      "OpenAI's chat, which counts what it writes to its cache inside",
      { model: chat, body: chatAnswer, costs: SOL },
    ],
  ])("%s costs what its price page says", async (_who, { model, body, costs }) => {
    const { code, event } = await eventOf(model, body);
    expect(code).toBe("ok");
    expect(event).toMatchObject(costs);
    expect(event).not.toHaveProperty("isEstimated");
  });

  test.each([
    ["Anthropic", { model: sonnet, body: { ...anthropicAnswer, content: "none" }, costs: SONNET }],
    ["OpenAI", { model: responses, body: { ...responsesAnswer, output: "none" }, costs: GPT_5 }],
    ["OpenAI's chat", { model: chat, body: { ...chatAnswer, choices: "none" }, costs: SOL }],
  ])("%s whose answer cannot be read costs the same", async (_who, { model, body, costs }) => {
    const { code, event } = await eventOf(model, body);
    expect(code).toBe("MODEL_FAILED");
    expect(event).toMatchObject({ ...costs, isFailed: true });
  });
});

test("Google's own record counts its cache inside, and its thoughts beside", () => {
  const record = {
    ...{ promptTokenCount: 900, cachedContentTokenCount: 300 },
    ...{ candidatesTokenCount: 40, thoughtsTokenCount: 60, totalTokenCount: 1_000 },
  };
  expect(soundCounts(countsIn(record), { inputTokens: 1, outputTokens: 1 })).toEqual({
    ...{ inputTokens: 900, cachedInputTokens: 300, outputTokens: 100, reasoningTokens: 60 },
  });
});
