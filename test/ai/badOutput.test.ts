import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, stateOf } from "./durableApp.js";
import { recordedModel, textStream } from "./recordedModel.js";
import { anAgent, asksFor, messagesOf, transcript, weather, type TestAgent } from "./support.js";

const ask = ({ threadId }: Pick<TestAgent, "threadId">) => ({ as: OWNER, threadId, prompt: "Go." });

/** Says a word, then nothing more, and does not listen to the abort signal. */
function silentModel(said: LanguageModelV4StreamPart[]) {
  const model = recordedModel([[]]);
  model.doStream = async () => ({
    stream: new ReadableStream({
      start: (controller) => said.forEach((part) => controller.enqueue(part)),
      pull: () => new Promise(() => {}),
    }),
  });
  model.doGenerate = () => new Promise(() => {});
  return model;
}

describe("a model that never ends", () => {
  const started = textStream("Half").slice(0, 3);

  test.each([
    ["timeoutMs", { timeoutMs: 60 }, started],
    ["chunkTimeoutMs", { chunkTimeoutMs: 60 }, started],
    ["firstChunkTimeoutMs", { firstChunkTimeoutMs: 60 }, []],
  ])("fails its turn after %s, with what it had said", async (_which, settings, said) => {
    const model = silentModel(said);
    const helper = await anAgent([], { model: () => model, settings, maxRetries: 0 });
    expect(await codeOf(helper.agent.stream(helper.ctx, ask(helper)))).toBe("MODEL_FAILED");
    const partial = (await messagesOf(helper)).slice(1).flatMap(({ parts }) => parts);
    expect(partial).toEqual(said.length === 0 ? [] : [{ type: "text", text: "Half" }]);
  });

  test("fails a turn that does not stream", async () => {
    const model = silentModel([]);
    const helper = await anAgent([], { model: () => model, settings: { timeoutMs: 60 }, maxRetries: 0 });
    expect(await codeOf(helper.agent.generate(helper.ctx, ask(helper)))).toBe("MODEL_FAILED");
  });
});

describe.each(["generate", "stream"] as const)("with %s", (how) => {
  test("calls of one id have one result each", async () => {
    const twice = ["Oslo", "Rome"].map((city) => ({ toolName: "weather", input: { city }, callId: "same" }));
    const helper = await anAgent([{ toolCalls: twice }, { text: "Done." }], { tools: { weather } });
    await helper.agent[how](helper.ctx, ask(helper));
    expect(transcript(await messagesOf(helper))).toEqual([
      "user: Go.",
      'assistant: weather({"city":"Oslo"}) weather({"city":"Rome"})',
      'tool: json {"city":"Oslo","degrees":7}',
      'tool: json {"city":"Rome","degrees":7}',
      "assistant: Done.",
    ]);
    const ids = (await messagesOf(helper))[1]?.parts.map((part) =>
      part.type === "toolCall" ? part.callId : "",
    );
    expect(ids).toEqual(["same", "same#2"]);
  });

  test.each(["toString", "__proto__", "constructor", "hasOwnProperty"])(
    "a tool called %s is none",
    async (toolName) => {
      const helper = await anAgent([{ toolCalls: [{ toolName, input: {} }] }, { text: "Done." }], {
        tools: { weather },
      });
      expect((await helper.agent[how](helper.ctx, ask(helper))).text).toBe("Done.");
      const [, , result] = await messagesOf(helper);
      expect(result?.parts[0]).toMatchObject({
        outputKind: "error",
        output: expect.stringContaining("TOOL_NOT_FOUND") as string,
      });
    },
  );

  test("an empty answer completes the turn, with a warning, and the talk goes on", async () => {
    const helper = await anAgent([{}, { text: "Here." }]);
    const first = await helper.agent[how](helper.ctx, ask(helper));
    expect(first).toMatchObject({ state: { kind: "completed" }, text: "", steps: 1 });
    expect(first.warnings).toEqual([expect.stringContaining("empty answer")]);
    expect((await helper.agent[how](helper.ctx, { ...ask(helper), prompt: "Hello?" })).text).toBe("Here.");
    expect(helper.model.calls[1]?.prompt.map(({ role }) => role)).toEqual(["system", "user", "user"]);
  });

  test("a thought of 3 MB is kept whole, and models are not shown its start", async () => {
    const reasoning = "hm ".repeat(1_000_000);
    const helper = await anAgent([{ reasoning, text: "So." }, { text: "Yes." }], { throttleMs: 0 });
    await helper.agent[how](helper.ctx, ask(helper));
    const [, answer] = await messagesOf(helper);
    expect(answer?.parts[0]).toMatchObject({ type: "reasoning", payload: { bytes: reasoning.length } });
    const whole = await helper.owner.messages.read(helper.ctx, {
      messageId: answer?.messageId ?? "",
      part: 0,
    });
    expect(whole).toBe(reasoning);
    await helper.agent[how](helper.ctx, { ...ask(helper), prompt: "Sure?" });
    expect(JSON.stringify(helper.model.calls[1]?.prompt)).not.toContain("hm hm");
  });

  test("a file that cannot be stored is a text and a warning", async () => {
    const data = { type: "data" as const, data: "not base 64!" };
    const [start, ...rest] = textStream("Look:");
    const file: LanguageModelV4StreamPart = { type: "file", mediaType: "image/png", data };
    const large: LanguageModelV4StreamPart = {
      type: "file",
      mediaType: "video/mp4",
      data: { type: "data", data: new Uint8Array(12 * 1024 * 1024 + 1) },
    };
    const model = recordedModel([[start as LanguageModelV4StreamPart, file, large, ...rest]]);
    const helper = await anAgent([], { model: () => model });
    const { warnings, state } = await helper.agent[how](helper.ctx, ask(helper));
    expect(state.kind).toBe("completed");
    expect(warnings.join("\n")).toMatch(
      /image\/png was not kept[^]*video\/mp4 was not kept: INVALID_ARGUMENT/,
    );
    const [, answer] = await messagesOf(helper);
    expect(transcript(answer === undefined ? [] : [answer])[0]).toMatch(
      /image\/png of 9 bytes was not kept.*video\/mp4 of 12582913 bytes was not kept.*Look:/,
    );
  });

  test("a prompt's bytes are stored once, and the model is shown them by address", async () => {
    const bytes = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
    const helper = await anAgent([{ text: "A cat." }]);
    Object.assign(helper.model, { supportedUrls: { "*/*": [/./] } });
    const prompt = [
      { type: "text" as const, text: "What is it?" },
      { type: "image" as const, image: bytes, mediaType: "image/png" },
      { type: "file" as const, mediaType: "image/png", data: bytes, filename: "a.png" },
      { type: "file" as const, mediaType: "image/png", data: new URL("https://a.test/b.png") },
    ];
    await helper.agent[how](helper.ctx, { ...ask(helper), prompt });
    const { page } = await helper.owner.files.list(helper.ctx, { cursor: null });
    expect(page).toMatchObject([{ bytes: 8, uses: 2 }]);
    expect(JSON.stringify(helper.model.calls[0]?.prompt)).toContain(JSON.stringify(page[0]?.url));
    const [asked] = await messagesOf(helper);
    expect(asked?.parts.map((part) => (part.type === "file" ? part.file.kind : part.type))).toEqual([
      "text",
      "stored",
      "stored",
      "url",
    ]);
  });
});

describe("a durable run", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    hushed();
  });
  afterEach(() => vi.useRealTimers());

  test("of a model that gives ids twice, calls tools that are none and then says nothing completes", async () => {
    const twice = [...asksFor("Oslo", "Rome").toolCalls, { toolName: "__proto__", input: {} }];
    const app = await aDurableApp([{ toolCalls: twice.map((call) => ({ ...call, callId: "same" })) }, {}], {
      tools: { weather },
    });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect((await stateOf(app, runId)).kind).toBe("completed");
    const results = (await messagesOf(app))
      .flatMap(({ parts }) => parts)
      .filter((part) => part.type === "toolResult");
    expect(results.map(({ callId, outputKind }) => `${callId} ${outputKind}`)).toEqual([
      "same json",
      "same#2 json",
      "same#3 error",
    ]);
  });

  test("of a model that asks for 65 tools at once fails as one that cannot be saved", async () => {
    const cities = Array.from({ length: 65 }, (_, index) => `City ${index}`);
    const app = await aDurableApp([asksFor(...cities)], { tools: { weather } });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "INVALID_ARGUMENT" });
    expect(app.model.calls).toHaveLength(1);
  });
});

describe("a question of the provider", () => {
  test("ends the turn, and its answer is the prompt of the next", async () => {
    const asks: LanguageModelV4StreamPart[] = [
      {
        type: "tool-call",
        toolCallId: "m1",
        toolName: "mcp.pay",
        input: '{"amount":3}',
        providerExecuted: true,
        dynamic: true,
      },
      { type: "tool-approval-request", approvalId: "a1", toolCallId: "m1" },
      ...textStream("").slice(-1),
    ];
    const ran: LanguageModelV4StreamPart[] = [
      { type: "tool-result", toolCallId: "m1", toolName: "mcp.pay", result: { paid: 3 }, dynamic: true },
      ...textStream("Paid."),
    ];
    const model = recordedModel([asks, ran, textStream("Welcome.")]);
    const helper = await anAgent([], { model: () => model });
    await helper.agent.stream(helper.ctx, ask(helper));
    const response = {
      type: "approvalResponse" as const,
      approvalId: "a1",
      approved: true,
      providerExecuted: true,
    };
    const { text } = await helper.agent.stream(helper.ctx, { ...ask(helper), prompt: [response] });
    expect(text).toBe("Paid.");
    expect(model.calls[1]?.prompt.slice(1)).toMatchObject([
      { role: "user" },
      {
        role: "assistant",
        content: [{ type: "tool-call", toolCallId: "m1", providerExecuted: true }, ...[]],
      },
      { role: "tool", content: [{ type: "tool-approval-response", approvalId: "a1", approved: true }] },
    ]);
    await helper.agent.stream(helper.ctx, { ...ask(helper), prompt: "Thanks." });
    expect(JSON.stringify(model.calls[2]?.prompt)).toContain('{"paid":3}');
  });
});
