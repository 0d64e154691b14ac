// What one request used, as far as its provider, or what came of it, tells.
import type { LanguageModel } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { answerUsage } from "../../src/ai/usage.js";
import { requestTokens } from "../../src/ai/requestTokens.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { billedModel } from "./billedModel.js";
import { hushed } from "./durableApp.js";
import { eventsIn } from "./ledgerScene.js";
import { recordedModel, recordedStreams } from "./recordedModel.js";
import { anAgent } from "./support.js";

beforeEach(() => {
  hushed();
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Older = Extract<LanguageModel, { specificationVersion: "v2" }>;

/** A model as providers of an earlier SDK made it. */
const older = (usage: object): Older => ({
  ...{ specificationVersion: "v2", provider: "older", modelId: "older-1", supportedUrls: {} },
  doGenerate: async () => ({
    content: [{ type: "text", text: "Yes." }],
    finishReason: "stop",
    usage: usage as never,
    warnings: [],
  }),
  doStream: () => Promise.reject(new TypeError("It does not stream.")),
});

const asked = async (model: LanguageModel) => {
  const helper = await anAgent([], { model: () => model, maxRetries: 0 });
  const { agent, ctx, threadId } = helper;
  const code = await codeOf(agent.generate(ctx, { as: OWNER, threadId, prompt: "Go." }));
  return { code, events: await eventsIn(helper) };
};

describe("a request", () => {
  test("to a model of an earlier SDK is measured as any other", async () => {
    const { code, events } = await asked(
      older({ inputTokens: 30, outputTokens: 4, cachedInputTokens: 20, totalTokens: 34 }),
    );
    expect(code).toBe("ok");
    expect(events).toMatchObject([
      { provider: "older", model: "older-1", inputTokens: 30, outputTokens: 4, cachedInputTokens: 20 },
    ]);
    expect(events[0]).not.toHaveProperty("isEstimated");
  });

  test("of which only a total is known has that total", async () => {
    const usage = {
      inputTokens: { total: undefined },
      outputTokens: { total: undefined },
      raw: { total_tokens: 500 },
    };
    const { events } = await asked(billedModel([{ says: "Yes.", unsound: usage }]));
    const [{ inputTokens = 0, outputTokens = 0, isEstimated } = {}] = events;
    expect([inputTokens + outputTokens, outputTokens, isEstimated]).toEqual([500, 1, true]);
  });

  test("to a model that is only named goes to the SDK's default provider, and is measured", async () => {
    const model = billedModel([{ says: "Yes." }], "named");
    globalThis.AI_SDK_DEFAULT_PROVIDER = {
      ...{ specificationVersion: "v4" as const, languageModel: () => model },
      embeddingModel: () => Promise.reject(new TypeError("none")) as never,
      imageModel: () => Promise.reject(new TypeError("none")) as never,
    };
    try {
      expect((await asked("some/model")).events).toMatchObject([{ model: "named", inputTokens: 100 }]);
    } finally {
      globalThis.AI_SDK_DEFAULT_PROVIDER = undefined;
    }
  });

  test("whose own record has no JSON is recorded without it", () => {
    const raw: Record<string, unknown> = { tokens: 1n };
    const usage = { inputTokens: { total: 3 }, outputTokens: { total: 2 }, raw };
    const call = { provider: "p", modelId: "m", estimate: { inputTokens: 1, outputTokens: 1 }, ms: 1 };
    expect(answerUsage({ ...call, usage, finishReason: "stop" })).not.toHaveProperty("raw");
    const long = { ...usage, raw: { words: "x".repeat(5_000) } };
    expect(answerUsage({ ...call, usage: long, finishReason: "stop" })).not.toHaveProperty("raw");
    const kept = answerUsage({ ...call, usage: { ...usage, raw: { a: 1 } }, finishReason: "stop" });
    expect(kept.raw).toBe('{"a":1}');
  });

  test("is estimated by all that it tells the model: words, calls, results, files and tools", () => {
    const text = (words: string) => ({ type: "text" as const, text: words });
    const words = requestTokens({ prompt: [{ role: "user", content: [text("x".repeat(40))] }] });
    expect(words).toBe(10);
    const more = requestTokens({
      prompt: [
        { role: "system", content: "x".repeat(40) },
        {
          role: "user",
          content: [
            { type: "file", data: { type: "data", data: new Uint8Array(9) }, mediaType: "image/png" },
          ],
        },
        {
          role: "assistant",
          content: [{ type: "tool-call", toolCallId: "a", toolName: "t", input: { a: "x".repeat(32) } }],
        },
      ],
      tools: [{ type: "function", name: "t", inputSchema: { type: "object" } }],
    });
    expect(more).toBeGreaterThan(1_020);
    expect(more).toBeLessThan(1_100);
  });
});

describe("streams of real providers", () => {
  test.each(recordedStreams)(
    "$name: is recorded where it was paid for, with sound counts",
    async ({ stream, fails }) => {
      const helper = await anAgent([], {
        model: () => recordedModel([stream]),
        maxRetries: 0,
        throttleMs: 0,
      });
      const { agent, ctx, threadId } = helper;
      await agent.stream(ctx, { as: OWNER, threadId, prompt: "Go." }).catch(() => {});
      const events = await eventsIn(helper);
      const isPaid = stream.some(({ type }) => type === "finish" || /-delta$/.test(type));
      expect(events.length > 0).toBe(isPaid);
      for (const event of events) {
        expect(event.inputTokens).toBeGreaterThan(0);
        expect(Number.isSafeInteger(event.outputTokens)).toBe(true);
        const { cachedInputTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0 } = event;
        expect(cachedInputTokens + cacheWriteTokens).toBeLessThanOrEqual(event.inputTokens);
        expect(reasoningTokens).toBeLessThanOrEqual(event.outputTokens);
      }
      if (fails === true) for (const event of events) expect(event.isFailed).toBe(true);
    },
  );
});
