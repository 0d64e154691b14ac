// Messages that come while a caller's loop is at work.
import { generateText, isStepCount, streamText, tool, wrapLanguageModel } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { memoryMiddleware } from "../../src/ai/index.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { busyModel } from "./busyModel.js";
import { aLoop, rolesOf, runsOf, type TestLoop } from "./middlewareSupport.js";
import { asksFor, messagesOf, transcript } from "./support.js";

const stopWhen = isStepCount(5);

const steer = async ({ owner, ctx, threadId }: TestLoop, text: string) => {
  const run = await owner.runs.latest(ctx, { threadId });
  await owner.runs.steer(ctx, { runId: run?.runId ?? "", prompt: [{ type: "text", text }] });
};

/** A loop to whom something is said while its model answers. */
async function aSteeredLoop() {
  const loop = await aLoop([]);
  const model = busyModel([{ text: "Seven." }, { text: "Eight in Rome." }], {
    0: () => steer(loop, "And Rome?"),
  });
  const middleware = memoryMiddleware(loop.memory, {
    ...{ ctx: loop.ctx, as: OWNER, threadId: loop.threadId, agentName: "helper", throttleMs: 0 },
  });
  return { loop, scripted: model, middleware, model: wrapLanguageModel({ model, middleware }) };
}

const steered = ["user: Oslo?", "assistant: Seven.", "user: And Rome?", "assistant: Eight in Rome."];

describe("a message that comes with the last answer", () => {
  test("is answered before the loop has its answer", async () => {
    const { loop, scripted, middleware, model } = await aSteeredLoop();
    const { text } = await generateText({ model, prompt: "Oslo?" });
    expect(text).toBe("Eight in Rome.");
    expect(transcript(await messagesOf(loop))).toEqual(steered);
    expect(rolesOf(scripted, 1)).toEqual(["user", "assistant", "user"]);
    expect(await runsOf(loop)).toEqual(["0 completed"]);
    expect(middleware.warnings).toEqual([]);
    const run = await loop.owner.runs.latest(loop.ctx, { threadId: loop.threadId });
    expect(run).toMatchObject({ steps: 2, totals: { calls: 2 } });
  });

  test("is answered in the same stream", async () => {
    const { loop, model } = await aSteeredLoop();
    const types: string[] = [];
    const result = streamText({ model, prompt: "Oslo?" });
    for await (const { type } of result.stream) types.push(type);
    expect(await result.text).toBe("Seven.Eight in Rome.");
    expect(types.filter((type) => type === "finish-step")).toHaveLength(1);
    const messages = await messagesOf(loop);
    expect(transcript(messages)).toEqual(steered);
    expect(messages.map(({ state }) => state.kind)).toEqual(Array(4).fill("complete"));
    expect(await runsOf(loop)).toEqual(["0 completed"]);
  });

  test("whose answer fails is told to the loop, and the run has failed", async () => {
    const loop = await aLoop([]);
    const scripted = busyModel([{ text: "Seven." }, { error: "No." }], { 0: () => steer(loop, "And Rome?") });
    const { middleware } = loop.bind();
    const model = wrapLanguageModel({ model: scripted, middleware });
    const result = streamText({ model, prompt: "Oslo?", maxRetries: 0, onError: () => {} });
    const types: string[] = [];
    for await (const { type } of result.stream) types.push(type);
    expect(types).toContain("error");
    expect(await runsOf(loop)).toEqual(["0 failed"]);
  });
});

describe("a message that comes while tools run", () => {
  const weatherOf = (loop: TestLoop) =>
    tool({
      inputSchema: z.object({ city: z.string() }),
      execute: async () => {
        await steer(loop, "In Rome, please.");
        return "rain";
      },
    });

  test("is read when the next call is saved, as in an agent", async () => {
    const loop = await aLoop([asksFor("Oslo"), { text: "Rain." }, { text: "Sun." }]);
    const tools = { weather: weatherOf(loop) };
    const { text } = await generateText({ model: loop.bind().model, tools, stopWhen, prompt: "Oslo?" });
    expect(text).toBe("Sun.");
    expect(transcript(await messagesOf(loop)).slice(1)).toEqual([
      'assistant: weather({"city":"Oslo"})',
      "tool: text rain",
      "assistant: Rain.",
      "user: In Rome, please.",
      "assistant: Sun.",
    ]);
    expect(await runsOf(loop)).toEqual(["0 completed"]);
  });

  test("is kept where the loop ends there, which leaves a thread that can be used", async () => {
    const loop = await aLoop([asksFor("Oslo"), { text: "Sun." }]);
    const tools = { weather: weatherOf(loop) };
    const { middleware, model } = loop.bind();
    const { responseMessages } = await generateText({
      model,
      tools,
      stopWhen: isStepCount(1),
      prompt: "Oslo?",
    });
    await middleware.finish({ messages: responseMessages });
    expect(await runsOf(loop)).toEqual(["0 completed"]);
    expect(middleware.warnings).toEqual(["The loop ended before it had read all that was said to it."]);
    expect(transcript(await messagesOf(loop)).slice(2)).toEqual([
      "tool: text rain",
      "user: In Rome, please.",
    ]);
    expect((await generateText({ model: loop.bind().model, prompt: "Well?" })).text).toBe("Sun.");
    expect(rolesOf(loop.scripted, 1)).toEqual(["user", "assistant", "tool", "user", "user"]);
  });
});

test("a loop is refused while another run has the thread", async () => {
  const loop = await aLoop([asksFor("Oslo"), { text: "Sun." }]);
  const { weather } = { weather: tool({ inputSchema: z.object({ city: z.string() }) }) };
  await generateText({ model: loop.bind().model, tools: { weather }, stopWhen, prompt: "Oslo?" });
  expect(await codeOf(generateText({ model: loop.bind().model, prompt: "Well?" }))).toBe("RUN_ACTIVE");
});
