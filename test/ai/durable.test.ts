import { APICallError } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import { codeOf } from "../support/aMemory.js";
import { aDurableApp, hushed, leftovers, stateOf } from "./durableApp.js";
import { asksFor, messagesOf, transcript, weather } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a durable run", () => {
  test("answers with tools and leaves nothing outside the memory's own tables", async () => {
    const app = await aDurableApp([asksFor("Oslo", "Bergen"), { text: "Both 7." }], { tools: { weather } });
    const { runId } = await app.start("Weather?");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))).toEqual([
      "user: Weather?",
      'assistant: weather({"city":"Oslo"}) weather({"city":"Bergen"})',
      'tool: json {"city":"Oslo","degrees":7}',
      'tool: json {"city":"Bergen","degrees":7}',
      "assistant: Both 7.",
    ]);
    expect(await leftovers(app)).toEqual({});
  });

  test("streams its answers", async () => {
    const app = await aDurableApp([{ text: "Streamed." }]);
    const doStream = vi.spyOn(app.model, "doStream");
    await app.start("Go.");
    await app.finish();
    expect(doStream).toHaveBeenCalledOnce();
    const [, answer] = await messagesOf(app);
    expect(answer).toMatchObject({
      state: { kind: "complete" },
      parts: [{ type: "text", text: "Streamed." }],
    });
  });

  test("does not stream when the agent says so", async () => {
    const app = await aDurableApp([{ text: "At once." }], { stream: false });
    const doStream = vi.spyOn(app.model, "doStream");
    await app.start("Go.");
    await app.finish();
    expect(doStream).not.toHaveBeenCalled();
    expect(await messagesOf(app)).toHaveLength(2);
  });

  test("tries a failing model step again, and counts what was answered or said before it broke", async () => {
    const app = await aDurableApp([
      { error: "Overloaded." },
      { text: "Half", error: "Cut." },
      { text: "Whole." },
    ]);
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(app.model.calls).toHaveLength(3);
    expect(transcript(await messagesOf(app))).toEqual(["user: Go.", "assistant: Whole."]);
    expect((await app.owner.runs.get(app.ctx, { runId })).totals.calls).toBe(2);
  });

  test("ends as failed with the partial text when the model keeps failing, and cleans up", async () => {
    const failing = { text: "Half", error: "Overloaded." };
    const app = await aDurableApp([failing, failing], {
      retry: { maxAttempts: 2, initialBackoffMs: 10, base: 2 },
    });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "MODEL_FAILED" });
    expect(app.model.calls).toHaveLength(2);
    const [, partial] = await messagesOf(app);
    expect(partial?.state).toMatchObject({ kind: "failed" });
    expect(partial?.parts).toEqual([{ type: "text", text: "Half" }]);
    expect(await leftovers(app)).toEqual({});
    expect(await codeOf(app.start("Again."))).toBe("ok");
  });

  test("keeps what the provider's error of the last try was", async () => {
    const error = new APICallError({
      message: 'It said "no".',
      ...{ url: "https://api.invalid", requestBodyValues: {}, statusCode: 503 },
      data: { error: { type: "overloaded_error" } },
    });
    const retry = { maxAttempts: 2, initialBackoffMs: 10, base: 2 };
    const app = await aDurableApp([{ error: "Cut." }, { text: "Half", error }], { retry });
    const { runId } = await app.start("Go.");
    await app.finish();
    const record = { name: "AI_APICallError", statusCode: 503, code: "overloaded_error", isRetryable: true };
    const failed = { kind: "failed", code: "MODEL_FAILED", error: record };
    expect(await stateOf(app, runId)).toMatchObject({ ...failed, message: 'It said "no".' });
    expect((await messagesOf(app))[1]?.state).toMatchObject({ ...failed, reason: 'It said "no".' });
  });

  test("does not try again what can only fail alike", async () => {
    const noKey = Object.assign(new TypeError("No key."), { name: "AI_LoadAPIKeyError" });
    const app = await aDurableApp([{ error: noKey }, { text: "Never." }]);
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({
      kind: "failed",
      code: "MODEL_FAILED",
      message: "No key.",
    });
    expect(app.model.calls).toHaveLength(1);
    expect(await leftovers(app)).toEqual({});
  });

  test("starts no second workflow for a repeated operationId", async () => {
    const app = await aDurableApp([{ text: "Once." }, { text: "Twice." }]);
    const first = await app.start("Go.", "once");
    expect(await app.start("Go.", "once")).toEqual(first);
    await app.finish();
    expect(await app.start("Go.", "once")).toEqual({ ...first, state: "completed" });
    await app.finish();
    expect(app.model.calls).toHaveLength(1);
    expect(await codeOf(app.start("Something else.", "once"))).toBe("OPERATION_MISMATCH");
  });

  test("stops by itself at its next step when it was canceled, and keeps whole tool groups", async () => {
    const cancels = defineTool({
      description: "Cancels its own run.",
      inputSchema: z.object({}),
      execute: async (ctx) => {
        await ctx.memory.runs.cancel(ctx, { runId: ctx.runId, reason: "Enough." });
        return "done";
      },
    });
    const app = await aDurableApp(
      [{ toolCalls: [{ toolName: "cancels", input: {} }] }, { text: "Too late." }],
      {
        tools: { cancels },
      },
    );
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "canceled", reason: "Enough." });
    expect(app.model.calls).toHaveLength(1);
    expect((await messagesOf(app)).map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
    expect(await leftovers(app)).toEqual({});
  });

  test("runs its last step's tools when it stops early", async () => {
    const app = await aDurableApp([asksFor("Oslo"), { text: "Never said." }], {
      tools: { weather },
      stopWhen: ({ steps }) => steps.length === 1,
    });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect((await messagesOf(app)).map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
    expect(app.model.calls).toHaveLength(1);
  });

  test("tells the model when a tool throws", async () => {
    const broken = defineTool({
      description: "Breaks.",
      inputSchema: z.object({}),
      execute: () => {
        throw new TypeError("The disk is full.");
      },
    });
    const app = await aDurableApp(
      [{ toolCalls: [{ toolName: "broken", input: {} }] }, { text: "I could not." }],
      {
        tools: { broken },
      },
    );
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(JSON.stringify(app.model.calls[1]?.prompt)).toContain("The disk is full.");
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
  });

  test("shows what it recalled to each of its model calls, embeds its prompt once, and never keeps what was recalled", async () => {
    const embedder = deterministicEmbedder();
    const app = await aDurableApp([asksFor("Oslo"), { text: "Miro." }], {
      tools: { weather },
      recall: { scopes: ["user"], maxTokens: 500 },
      embeddingModel: () => embedder,
    });
    const { threadId } = await app.owner.threads.create(app.ctx, {});
    const words = "My cat is called Miro.";
    await app.owner.messages.append(app.ctx, {
      threadId,
      messages: [{ role: "user", parts: [{ type: "text", text: words }] }],
    });
    await app.start("What is my cat called?");
    await app.finish();
    expect(app.model.calls).toHaveLength(2);
    for (const call of app.model.calls) expect(JSON.stringify(call.prompt)).toContain(words);
    expect(transcript(await messagesOf(app)).join()).not.toContain(words);
    expect(embedder.calls.flat().filter((text) => text === "What is my cat called?")).toHaveLength(1);
    expect(embedder.calls).toHaveLength(1);
  });
});
