// Memory for any loop of the AI SDK: the same doors, rows and counts as with an agent of ours.
import { generateText, isStepCount, Output, tool, ToolLoopAgent } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Usage } from "../../src/client/index.js";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import { codeOf, OTHER_TENANT, OWNER, said, STRANGER } from "../support/aMemory.js";
import { aLoop, rolesOf, thermometer } from "./middlewareSupport.js";
import { anAgent, asksFor, messagesOf, transcript, weather as ourWeather } from "./support.js";

const stopWhen = isStepCount(5);

describe("a loop with memory", () => {
  test("saves prompt, call, result and answer in three calls, in generateText and in ToolLoopAgent", async () => {
    const { weather } = thermometer();
    for (const ask of ["generateText", "agent"] as const) {
      const loop = await aLoop([asksFor("Oslo"), { text: "7 degrees." }]);
      const { model } = loop.bind();
      const request = { model, tools: { weather }, instructions: "Be brief." };
      const { text } =
        ask === "agent"
          ? await new ToolLoopAgent(request).generate({ prompt: "Oslo?" })
          : await generateText({ ...request, stopWhen, prompt: "Oslo?" });
      expect(text).toBe("7 degrees.");
      expect(loop.calls).toEqual(["turns.begin", "turns.saveStep", "turns.saveStep"]);
      expect(transcript(await messagesOf(loop))).toEqual([
        "user: Oslo?",
        'assistant: weather({"city":"Oslo"})',
        'tool: json {"city":"Oslo","degrees":7}',
        "assistant: 7 degrees.",
      ]);
      expect((await loop.owner.runs.latest(loop.ctx, { threadId: loop.threadId }))?.state.kind).toBe(
        "completed",
      );
    }
  });

  test("shows the model the thread's history behind the caller's instructions", async () => {
    const { weather } = thermometer();
    const loop = await aLoop([{ text: "Hi." }, asksFor("Oslo"), { text: "7." }]);
    await generateText({ model: loop.bind().model, prompt: "Hello." });
    await generateText({
      ...{ model: loop.bind().model, stopWhen, tools: { weather } },
      instructions: { role: "system", content: "Be brief.", providerOptions: { acme: { cache: true } } },
      prompt: "Oslo?",
    });
    expect(rolesOf(loop.scripted, 0)).toEqual(["user"]);
    expect(rolesOf(loop.scripted, 2)).toEqual(["system", "user", "assistant", "user", "assistant", "tool"]);
    const [system, , , , call, result] = loop.scripted.calls[2]?.prompt ?? [];
    expect(system).toEqual({
      role: "system",
      content: "Be brief.",
      providerOptions: { acme: { cache: true } },
    });
    expect(JSON.stringify(call)).toContain('"input":{"city":"Oslo"}');
    expect(JSON.stringify(result)).toContain('"degrees":7');
    expect(loop.scripted.calls[2]?.tools?.[0]).toMatchObject({ name: "weather" });
  });

  test("counts what our agent counts for the same script", async () => {
    const { weather } = thermometer();
    const script = [
      { ...asksFor("Oslo"), usage: { inputTokens: 30, outputTokens: 7, cachedInputTokens: 3 } },
      { text: "7.", usage: { inputTokens: 50, outputTokens: 2, reasoningTokens: 1 } },
    ];
    const agent = await anAgent(script, { tools: { weather: ourWeather } });
    await agent.agent.generate(agent.ctx, { as: OWNER, threadId: agent.threadId, prompt: "Oslo?" });
    const loop = await aLoop(script);
    const { totalUsage } = await generateText({
      ...{ model: loop.bind().model, stopWhen, tools: { weather } },
      prompt: "Oslo?",
    });
    const counted = async ({ owner, ctx, threadId }: Pick<typeof loop, "owner" | "ctx" | "threadId">) => {
      const { page } = await owner.usage.list(ctx, { threadId, cursor: null });
      return page.map(
        ({
          ms: _ms,
          eventId: _id,
          runId: _run,
          threadId: _thread,
          at: _at,
          ...event
        }: Usage & Record<string, unknown>) => event,
      );
    };
    expect(await counted(loop)).toEqual(await counted(agent));
    expect(await counted(loop)).toHaveLength(2);
    expect(totalUsage).toMatchObject({ inputTokens: 80, outputTokens: 9 });
    const run = await loop.owner.runs.latest(loop.ctx, { threadId: loop.threadId });
    expect(run).toMatchObject({ steps: 2, totals: { calls: 2, inputTokens: 80, outputTokens: 9 } });
    expect(await loop.countRows()).toMatchObject(
      Object.fromEntries(
        Object.entries(await agent.countRows()).filter(([table]) => table !== "contextTexts"),
      ),
    );
  });

  test("explains and replays what each call was shown", async () => {
    const loop = await aLoop([{ text: "Hi." }, { text: "Norway." }]);
    await generateText({ model: loop.bind().model, instructions: "Be brief.", prompt: "Hello." });
    await generateText({ model: loop.bind().model, instructions: "Be brief.", prompt: "Oslo?" });
    const answer = (await messagesOf(loop)).at(-1)?.messageId ?? "";
    const replayed = await loop.owner.contexts.replay(loop.ctx, { messageId: answer });
    expect(replayed.kind).toBe("same");
    if (replayed.kind === "same") expect(replayed.text).toContain("Hello.");
  });

  test("recalls for the prompt once, and what it recalls is never history", async () => {
    const { weather } = thermometer();
    const embedder = deterministicEmbedder();
    const loop = await aLoop([asksFor("Oslo"), { text: "Fish." }, { text: "Again fish." }]);
    const other = await loop.owner.threads.create(loop.ctx, {});
    await loop.owner.messages.append(loop.ctx, {
      threadId: other.threadId,
      messages: [said("user", "My cat likes axolotlpond.")],
    });
    loop.calls.length = 0;
    const { model } = loop.bind({
      recall: { scopes: ["user"], maxTokens: 400 },
      embeddingModel: () => embedder,
    });
    await generateText({ model, tools: { weather }, stopWhen, prompt: "What does my cat like?" });
    expect(loop.calls).toEqual(
      ["turns.begin", "recall.search", "turns.saveStep", "turns.saveStep"].map(
        (door) => (door === "recall.search" ? expect.stringMatching(/^recall\./) : door) as string,
      ),
    );
    for (const call of loop.scripted.calls) expect(JSON.stringify(call.prompt)).toContain("axolotlpond");
    expect(JSON.stringify(await messagesOf(loop))).not.toContain("axolotlpond");
    await generateText({ model: loop.bind().model, prompt: "And now?" });
    expect(JSON.stringify(loop.scripted.calls[2]?.prompt)).not.toContain("axolotlpond");
  });

  test("shows blocks behind the instructions, and alone where there are none", async () => {
    const loop = await aLoop([{ text: "Hi." }, { text: "Hi." }]);
    await loop.owner.blocks.create(loop.ctx, { scope: "user", label: "human", value: "Likes zebrawood." });
    const { model } = loop.bind({ blocks: ["user"] });
    await generateText({ model, instructions: "Be brief.", prompt: "Hello." });
    await generateText({ model, prompt: "Hello again." });
    const systems = loop.scripted.calls.map(({ prompt }) => prompt[0]?.content as string);
    expect(systems[0]).toMatch(/^Be brief\.\n\n<memory>[^]*zebrawood/);
    expect(systems[1]).toMatch(/^<memory>[^]*zebrawood/);
  });

  test("takes the thread for the history of a caller who passes all of it", async () => {
    const loop = await aLoop([{ text: "Hi." }, { text: "Norway." }]);
    await generateText({ model: loop.bind().model, messages: [{ role: "user", content: "Hello." }] });
    await generateText({
      model: loop.bind().model,
      messages: [
        { role: "user", content: "Hello." },
        { role: "assistant", content: "Hi, as the browser remembers it." },
        { role: "user", content: "Oslo?" },
      ],
    });
    expect(transcript(await messagesOf(loop))).toEqual([
      "user: Hello.",
      "assistant: Hi.",
      "user: Oslo?",
      "assistant: Norway.",
    ]);
    expect(JSON.stringify(loop.scripted.calls[1]?.prompt)).not.toContain("browser");
    expect(rolesOf(loop.scripted, 1)).toEqual(["user", "assistant", "user"]);
  });

  test("has several turns with one middleware", async () => {
    const { weather, read } = thermometer();
    const loop = await aLoop([asksFor("Oslo"), { text: "7." }, asksFor("Rome"), { text: "Also 7." }]);
    const { middleware, model } = loop.bind();
    const agent = new ToolLoopAgent({ model, tools: { weather } });
    await agent.generate({ prompt: "Oslo?" });
    const first = middleware.run;
    await agent.generate({ prompt: "Rome?" });
    expect(middleware.run).toMatchObject({ turn: 1 });
    expect(middleware.run?.runId).not.toBe(first?.runId);
    expect(read).toEqual(["Oslo", "Rome"]);
    expect(loop.calls).toHaveLength(6);
    expect((await messagesOf(loop)).map(({ turn, step }) => [turn, step])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 0],
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
  });

  test("refuses somebody else's thread before the model is asked", async () => {
    const loop = await aLoop([{ text: "Secret." }]);
    for (const as of [STRANGER, OTHER_TENANT])
      expect(await codeOf(generateText({ model: loop.bind({ as }).model, prompt: "Hi" }))).toBe(
        "THREAD_NOT_FOUND",
      );
    expect(loop.scripted.calls).toEqual([]);
    expect(await messagesOf(loop)).toEqual([]);
  });

  test("refuses a prompt that says nothing, and settings that cannot work", async () => {
    const loop = await aLoop([{ text: "Hi." }]);
    expect(await codeOf(generateText({ model: loop.bind().model, prompt: "  " }))).toBe("PROMPT_EMPTY");
    const messages = [{ role: "assistant" as const, content: "I speak first." }];
    expect(await codeOf(generateText({ model: loop.bind().model, messages }))).toBe("PROMPT_EMPTY");
    expect(() => loop.bind({ agentName: "" })).toThrow(/name/);
  });

  test("passes structured output, settings and options on to the model", async () => {
    const loop = await aLoop([{ text: '{"city":"Oslo"}' }]);
    const { output } = await generateText({
      model: loop.bind().model,
      output: Output.object({ schema: z.object({ city: z.string() }) }),
      temperature: 0.25,
      providerOptions: { acme: { effort: "low" } },
      headers: { "x-trace": "7" },
      prompt: "The capital of Norway?",
    });
    expect(output).toEqual({ city: "Oslo" });
    expect(loop.scripted.calls[0]).toMatchObject({
      responseFormat: { type: "json" },
      temperature: 0.25,
      providerOptions: { acme: { effort: "low" } },
      headers: { "x-trace": "7" },
    });
    expect(transcript(await messagesOf(loop)).at(-1)).toBe('assistant: {"city":"Oslo"}');
  });

  test("saves the results of parallel calls and errors of tools at their places", async () => {
    const weather = tool({
      description: "Fails for Rome, gives too much for Paris.",
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => {
        if (city === "Rome") throw new TypeError("The thermometer broke.");
        return city === "Paris" ? "x".repeat(7 * 1024 * 1024) : city;
      },
    });
    const loop = await aLoop([asksFor("Oslo", "Rome", "Paris"), { text: "Done." }]);
    await generateText({ model: loop.bind().model, tools: { weather }, stopWhen, prompt: "All?" });
    expect(transcript(await messagesOf(loop)).slice(2)).toEqual([
      "tool: text Oslo",
      "tool: error TypeError: The thermometer broke.",
      expect.stringMatching(/^tool: error The tool's result has 7340032 bytes/),
      "assistant: Done.",
    ]);
    const run = await loop.owner.runs.latest(loop.ctx, { threadId: loop.threadId });
    const asked = { runId: run?.runId ?? "", cursor: null };
    const { page } = await loop.owner.runs.listToolCalls(loop.ctx, asked);
    expect(page.map(({ state }) => state.kind)).toEqual(["done", "failed", "failed"]);
  });

  test("keeps calls of one id apart", async () => {
    const { weather } = thermometer();
    const twice = ["Oslo", "Rome"].map((city) => ({ toolName: "weather", input: { city }, callId: "same" }));
    const loop = await aLoop([{ toolCalls: twice }, { text: "Both 7." }]);
    await generateText({ model: loop.bind().model, tools: { weather }, stopWhen, prompt: "Both?" });
    expect(transcript(await messagesOf(loop)).slice(2, 4)).toEqual([
      'tool: json {"city":"Oslo","degrees":7}',
      'tool: json {"city":"Rome","degrees":7}',
    ]);
  });
});
