// A provider that fails on its first token, in the middle, or when all was said, in every engine alike.
import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, leftovers } from "./durableApp.js";
import { recordedModel, textStream, type RecordedModel } from "./recordedModel.js";
import { anAgent, messagesOf, type TestAgent } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Ran = Pick<TestAgent, "owner" | "ctx" | "threadId">;
type Engine = Ran & { ask: (prompt: string) => Promise<unknown> };
type Make = (model: RecordedModel) => Promise<Engine>;

const inAction =
  (how: "generate" | "stream"): Make =>
  async (model) => {
    vi.useRealTimers();
    const helper = await anAgent([], { model: () => model, maxRetries: 0, throttleMs: 0 });
    const { agent, ctx, threadId } = helper;
    return { ...helper, ask: (prompt) => codeOf(agent[how](ctx, { as: OWNER, threadId, prompt })) };
  };

const durable: Make = async (model) => {
  const retry = { maxAttempts: 1, initialBackoffMs: 1, base: 1 };
  const app = await aDurableApp([], { model: () => model, retry });
  return {
    ...app,
    ask: async (prompt) => {
      await app.start(prompt);
      await app.finish();
      expect(await leftovers(app)).toEqual({});
    },
  };
};

const ENGINES: [string, Make][] = [
  ["generate", inAction("generate")],
  ["stream", inAction("stream")],
  ["a durable run", durable],
];

const words = textStream("All of it.");
const error: LanguageModelV4StreamPart = { type: "error", error: new TypeError("The line is cut.") };
const WHEN: [string, LanguageModelV4StreamPart[], string[]][] = [
  ["on its first token", [error], []],
  ["before its first word", [...words.slice(0, 2), error], []],
  ["in the middle", [...words.slice(0, 3), error], ["All of it."]],
  ["after its last word", [...words.slice(0, 4), error], ["All of it."]],
  ["without finishing", words.slice(0, 4), ["All of it."]],
];

describe.each(ENGINES)("in %s, a provider that fails", (name, make) => {
  test.each(WHEN)("%s leaves a failed run, and a thread that goes on", async (_when, stream, said) => {
    const engine = await make(recordedModel([stream, textStream("Now.")]));
    await engine.ask("Go.");
    const { owner, ctx, threadId } = engine;
    const first = await owner.runs.latest(ctx, { threadId });
    expect(first?.state).toMatchObject({ kind: "failed", code: "MODEL_FAILED" });
    // What does not stream says nothing before it is whole.
    const partial = (await messagesOf(engine)).filter(({ role }) => role === "assistant");
    expect(partial.map(({ state }) => state.kind)).toEqual(
      name === "generate" ? [] : said.map(() => "failed"),
    );
    await engine.ask("Again?");
    expect((await owner.runs.latest(ctx, { threadId }))?.state.kind).toBe("completed");
    const all = await messagesOf(engine);
    expect(all.at(-1)).toMatchObject({
      parts: [{ type: "text", text: "Now." }],
      state: { kind: "complete" },
    });
  });
});

describe.each(ENGINES.slice(1))("in %s, a provider that fails when all was said", (_name, make) => {
  const cut = (model: RecordedModel): RecordedModel => ({
    ...model,
    doStream: async (asked) => {
      const { stream } = await model.doStream(asked);
      const reader = stream.getReader();
      return {
        stream: new ReadableStream<LanguageModelV4StreamPart>({
          pull: async (controller) => {
            const { done, value } = await reader.read();
            if (done) controller.error(new TypeError("The line is cut."));
            else controller.enqueue(value);
          },
        }),
      };
    },
  });

  test.each([
    ["says so", recordedModel([[...words, error]])],
    ["breaks off", cut(recordedModel([words]))],
  ])("and %s has answered: nobody pays for it again", async (_how, model) => {
    const engine = await make(model);
    await engine.ask("Go.");
    const { owner, ctx, threadId } = engine;
    expect((await owner.runs.latest(ctx, { threadId }))?.state.kind).toBe("completed");
    expect((await messagesOf(engine)).at(-1)?.parts).toEqual([{ type: "text", text: "All of it." }]);
    expect(model.calls).toHaveLength(1);
  });
});
