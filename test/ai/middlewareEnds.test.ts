// How the turns of a caller's loop end: failures, retries, aborts, stops, repeats, and other actions.
import { APICallError, generateText, isStepCount, streamText, tool, type ModelMessage } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { codeOf } from "../support/aMemory.js";
import { aLoop, rolesOf, runsOf, thermometer, type TestLoop } from "./middlewareSupport.js";
import { asksFor, messagesOf, transcript } from "./support.js";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const stopWhen = isStepCount(5);
const overloaded = () =>
  new APICallError({
    ...{ message: "Overloaded.", url: "https://acme.example", requestBodyValues: {}, statusCode: 503 },
    responseHeaders: { "retry-after-ms": "1" },
  });
const latest = ({ owner, ctx, threadId }: TestLoop) => owner.runs.latest(ctx, { threadId });

describe("a model that fails", () => {
  test("ends the run as failed and leaves a thread that can be used", async () => {
    const loop = await aLoop([{ error: "No key." }, { text: "Hi." }]);
    await expect(generateText({ model: loop.bind().model, prompt: "Hello." })).rejects.toThrow("No key.");
    expect((await latest(loop))?.state).toMatchObject({ kind: "failed", code: "MODEL_FAILED" });
    await generateText({ model: loop.bind().model, prompt: "Hello?" });
    expect(transcript(await messagesOf(loop))).toEqual(["user: Hello.", "user: Hello?", "assistant: Hi."]);
  });

  test("keeps what a broken stream had said and used", async () => {
    const loop = await aLoop([{ text: "Oslo is in", error: "Broke." }]);
    const errors: unknown[] = [];
    const onError = ({ error }: { error: unknown }) => void errors.push(error);
    const result = streamText({ model: loop.bind().model, prompt: "Oslo?", onError });
    await result.consumeStream();
    expect(String(errors[0])).toContain("Broke.");
    expect(await latest(loop)).toMatchObject({ state: { kind: "failed" } });
    const [, partial] = await messagesOf(loop);
    expect(partial).toMatchObject({ state: { kind: "failed", code: "MODEL_FAILED" } });
    expect(transcript(partial === undefined ? [] : [partial])).toEqual(["assistant: Oslo is in"]);
  });

  test("is asked again by the loop for the same message, in generateText and in streamText", async () => {
    for (const streams of [false, true]) {
      const loop = await aLoop([{ error: overloaded() }, { text: "Hi." }]);
      const asked = { model: loop.bind().model, prompt: "Hello.", maxRetries: 2 };
      const text = streams ? await streamText(asked).text : (await generateText(asked)).text;
      expect(text).toBe("Hi.");
      expect(transcript(await messagesOf(loop))).toEqual(["user: Hello.", "assistant: Hi."]);
      expect(await runsOf(loop)).toEqual(["0 completed", "0 failed"]);
    }
  });

  test("is asked again behind tools, which do not run again", async () => {
    const { weather, read } = thermometer();
    const loop = await aLoop([asksFor("Oslo"), { error: overloaded() }, { text: "7." }]);
    const { text } = await generateText({
      ...{ model: loop.bind().model, tools: { weather }, stopWhen },
      prompt: "Oslo?",
    });
    expect(text).toBe("7.");
    expect(read).toEqual(["Oslo"]);
    expect(transcript(await messagesOf(loop))).toEqual([
      "user: Oslo?",
      'assistant: weather({"city":"Oslo"})',
      'tool: json {"city":"Oslo","degrees":7}',
      "assistant: 7.",
    ]);
    expect(rolesOf(loop.scripted, -1)).toEqual(["user", "assistant", "tool"]);
  });
});

describe("a caller who aborts", () => {
  test("cancels the run and keeps what was said", async () => {
    const loop = await aLoop([{ text: "one two three four five six seven eight " }], {
      chunks: 8,
      delayMs: 5,
    });
    const { middleware, model } = loop.bind();
    const abort = new AbortController();
    const result = streamText({ model, prompt: "Count.", abortSignal: abort.signal });
    let seen = 0;
    for await (const delta of result.textStream) if (delta !== "" && ++seen === 3) abort.abort();
    await middleware.finish();
    expect((await latest(loop))?.state).toMatchObject({ kind: "canceled", reason: "Aborted by the caller." });
    const [, partial] = await messagesOf(loop);
    expect(partial).toMatchObject({ state: { kind: "failed", code: "RUN_CANCELED" } });
    expect(JSON.stringify(partial?.parts)).toContain("one two");
  });

  test("before the model is asked pays for nothing", async () => {
    const loop = await aLoop([{ text: "Hi." }]);
    const abortSignal = AbortSignal.abort();
    await expect(generateText({ model: loop.bind().model, prompt: "Hello.", abortSignal })).rejects.toThrow();
    expect(loop.scripted.calls).toEqual([]);
    expect((await latest(loop))?.state.kind ?? "canceled").toBe("canceled");
  });
});

describe("a loop that stops behind tools", () => {
  const stopped = async () => {
    const { weather } = thermometer();
    const loop = await aLoop([asksFor("Oslo"), { text: "Hi." }]);
    const bound = loop.bind();
    const ask = { model: bound.model, tools: { weather } };
    return { loop, ask, ...bound, result: await generateText({ ...ask, prompt: "Oslo?" }) };
  };

  test("is finished with what its tools gave", async () => {
    const { loop, middleware, result } = await stopped();
    expect((await latest(loop))?.state.kind).toBe("running");
    await middleware.finish({ messages: result.responseMessages });
    await middleware.finish();
    expect((await latest(loop))?.state.kind).toBe("completed");
    expect(transcript(await messagesOf(loop)).at(-1)).toBe('tool: json {"city":"Oslo","degrees":7}');
    expect(loop.calls).toEqual([
      "turns.begin",
      "turns.saveStep",
      "runs.latest",
      "turns.end",
      "runs.latest",
      "messages.list",
    ]);
  });

  test("counts them as interrupted where they are not told", async () => {
    const { loop, middleware } = await stopped();
    await middleware.finish();
    expect(transcript(await messagesOf(loop)).at(-1)).toMatch(/^tool: interrupted /);
  });

  test("is ended by the next turn of its middleware, with the results that the prompt holds", async () => {
    const { loop, ask, result } = await stopped();
    const messages: ModelMessage[] = [
      { role: "user", content: "Oslo?" },
      ...result.responseMessages,
      { role: "user", content: "Hello." },
    ];
    await generateText({ ...ask, messages });
    expect(transcript(await messagesOf(loop))).toEqual([
      "user: Oslo?",
      'assistant: weather({"city":"Oslo"})',
      'tool: json {"city":"Oslo","degrees":7}',
      "user: Hello.",
      "assistant: Hi.",
    ]);
    expect(await runsOf(loop)).toEqual(["1 completed", "0 completed"]);
  });

  test("goes on in another action when its results are there", async () => {
    const { loop, result, ask } = await stopped();
    const messages: ModelMessage[] = [{ role: "user", content: "Oslo?" }, ...result.responseMessages];
    await generateText({ ...ask, model: loop.bind().model, messages });
    expect(rolesOf(loop.scripted, 1)).toEqual(["user", "assistant", "tool"]);
    expect(transcript(await messagesOf(loop)).slice(2)).toEqual([
      'tool: json {"city":"Oslo","degrees":7}',
      "assistant: Hi.",
    ]);
    expect(await runsOf(loop)).toEqual(["0 completed", "0 completed"]);
  });

  test("refuses results that no call waits for", async () => {
    const { loop, middleware, result, ask } = await stopped();
    await middleware.finish();
    const messages: ModelMessage[] = [{ role: "user", content: "Oslo?" }, ...result.responseMessages];
    expect(await codeOf(generateText({ ...ask, model: loop.bind().model, messages }))).toBe("RUN_ENDED");
    expect(loop.scripted.calls).toHaveLength(1);
  });

  test("waits for an approval of the SDK, and goes on in another action", async () => {
    const ran: string[] = [];
    const pay = tool({
      description: "Pays.",
      inputSchema: z.object({ to: z.string() }),
      execute: ({ to }) => {
        ran.push(to);
        return "paid";
      },
    });
    const loop = await aLoop([{ toolCalls: [{ toolName: "pay", input: { to: "Ann" } }] }, { text: "Paid." }]);
    const toolApproval = { pay: "user-approval" } as const;
    const asked = { tools: { pay }, toolApproval, stopWhen };
    const first = await generateText({ ...asked, model: loop.bind().model, prompt: "Pay Ann." });
    const request = first.content.find((part) => part.type === "tool-approval-request");
    expect(ran).toEqual([]);
    expect((await latest(loop))?.state.kind).toBe("running");
    const approvalId = request?.approvalId ?? "";
    const messages: ModelMessage[] = [
      { role: "user", content: "Pay Ann." },
      ...first.responseMessages,
      { role: "tool", content: [{ type: "tool-approval-response", approvalId, approved: true }] },
    ];
    const { text } = await generateText({ ...asked, model: loop.bind().model, messages });
    expect([text, ran]).toEqual(["Paid.", ["Ann"]]);
    expect(transcript(await messagesOf(loop)).slice(1)).toEqual([
      'assistant: pay({"to":"Ann"})',
      "tool: text paid",
      "assistant: Paid.",
    ]);
  });
});

describe("a run that was canceled while tools ran", () => {
  test("is told to the loop, and what the model said meanwhile is paid for but not written", async () => {
    const loop = await aLoop([asksFor("Oslo"), { text: "7." }]);
    const weather = tool({
      description: "Cancels.",
      inputSchema: z.object({ city: z.string() }),
      execute: async () => {
        const run = await latest(loop);
        await loop.owner.runs.cancel(loop.ctx, { runId: run?.runId ?? "" });
        return "late";
      },
    });
    const asked = { model: loop.bind().model, tools: { weather }, stopWhen, prompt: "Oslo?" };
    expect(await codeOf(generateText(asked))).toBe("RUN_ENDED");
    expect(await latest(loop)).toMatchObject({ state: { kind: "canceled" }, totals: { calls: 2 } });
    expect(transcript(await messagesOf(loop)).at(-1)).toMatch(/^tool: interrupted /);
  });
});
