import { tool } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineAgent, defineTool, type ToolContext } from "../../src/ai/index.js";
import { codeOf, OTHER_TENANT, OWNER, said, STRANGER } from "../support/aMemory.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { anAgent, asksFor, messagesOf, transcript, weather } from "./support.js";

describe("agent.generate", () => {
  test("answers a prompt and leaves both in the thread", async () => {
    const helper = await anAgent([{ text: "Oslo is in Norway." }]);
    const result = await helper.agent.generate(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "Where is Oslo?",
    });
    expect(result).toMatchObject({ text: "Oslo is in Norway.", turn: 0, steps: 1, warnings: [] });
    expect(result.state.kind).toBe("completed");
    expect(transcript(await messagesOf(helper))).toEqual([
      "user: Where is Oslo?",
      "assistant: Oslo is in Norway.",
    ]);
  });

  test("makes three calls of the component for prompt, tool, answer", async () => {
    const helper = await anAgent([asksFor("Oslo"), { text: "7 degrees." }], { tools: { weather } });
    await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Oslo?" });
    expect(helper.calls).toEqual(["turns.begin", "turns.saveStep", "turns.saveStep"]);
    expect(transcript(await messagesOf(helper))).toEqual([
      "user: Oslo?",
      'assistant: weather({"city":"Oslo"})',
      'tool: json {"city":"Oslo","degrees":7}',
      "assistant: 7 degrees.",
    ]);
  });

  test("shows the model the history, its instructions and the results of its tools", async () => {
    const helper = await anAgent([{ text: "Hi." }, asksFor("Oslo"), { text: "7." }], {
      tools: { weather },
    });
    const ask = (prompt: string) =>
      helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });
    await ask("Hello.");
    await ask("Oslo?");
    const roles = helper.model.calls.at(-1)?.prompt.map((message) => message.role);
    expect(roles).toEqual(["system", "user", "assistant", "user", "assistant", "tool"]);
    expect(JSON.stringify(helper.model.calls.at(-1)?.prompt.at(-1))).toContain('"degrees":7');
    expect(helper.model.calls[0]?.tools?.[0]).toMatchObject({
      name: "weather",
      description: "The weather in a city.",
    });
  });

  test("runs the tools of one step together and keeps their results in the order of the calls", async () => {
    const started: string[] = [];
    let release: () => void = () => {};
    const both = new Promise<void>((resolve) => (release = resolve));
    const wait = defineTool({
      description: "Waits for the other.",
      inputSchema: z.object({ name: z.string() }),
      execute: async (_ctx, { name }) => {
        started.push(name);
        if (started.length === 2) release();
        await both;
        return name;
      },
    });
    const helper = await anAgent(
      [
        {
          toolCalls: [
            { toolName: "wait", input: { name: "one" } },
            { toolName: "wait", input: { name: "two" } },
          ],
        },
        { text: "Both." },
      ],
      { tools: { wait } },
    );
    await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Wait twice." });
    expect(started).toEqual(["one", "two"]);
    expect(transcript(await messagesOf(helper)).slice(2, 4)).toEqual(["tool: text one", "tool: text two"]);
  });

  test("keeps tool input with $ref and keys beyond ASCII as the model wrote it", async () => {
    const input = { $ref: "#/a", größe: "ü", 键: { "🙂": [1] } };
    const seen: unknown[] = [];
    const anything = defineTool({
      description: "Takes anything.",
      inputSchema: z.looseObject({}),
      execute: (_ctx, given) => {
        seen.push(given);
        return given;
      },
    });
    const helper = await anAgent([{ toolCalls: [{ toolName: "anything", input }] }, { text: "Done." }], {
      tools: { anything },
    });
    await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go." });
    expect(seen).toEqual([{ $ref: "#/a", größe: "ü", 键: { "🙂": [1] } }]);
    const [, asked, answered] = await messagesOf(helper);
    expect(asked?.parts[0]).toMatchObject({ input: JSON.stringify(input) });
    expect(answered?.parts[0]).toMatchObject({ output: JSON.stringify(input) });
  });

  test("gives tools the memory of the principal, the turn and an operationId of their own", async () => {
    const seen: ToolContext[] = [];
    const look = defineTool({
      description: "Looks.",
      inputSchema: z.object({}),
      execute: async (ctx) => {
        seen.push(ctx);
        return (await ctx.memory.threads.get(ctx, { threadId: ctx.threadId })).messages;
      },
    });
    const twice = { toolCalls: [{ toolName: "look", input: {}, callId: "same" }] };
    const helper = await anAgent([twice, twice, { text: "Done." }], { tools: { look } });
    const { runId } = await helper.agent.generate(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "Look.",
    });
    expect(seen[0]).toMatchObject({ runId, threadId: helper.threadId, principal: { userId: OWNER.userId } });
    expect(new Set(seen.map((ctx) => ctx.operationId)).size).toBe(2);
  });

  test("refuses an empty prompt before anything is written", async () => {
    const helper = await anAgent([]);
    const before = await helper.countRows();
    for (const prompt of ["", " \n\t"])
      expect(
        await codeOf(helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt })),
      ).toBe("PROMPT_EMPTY");
    expect(await helper.countRows()).toEqual(before);
  });

  test("refuses a thread of somebody else without asking the model", async () => {
    const helper = await anAgent([{ text: "Secret." }]);
    for (const as of [STRANGER, OTHER_TENANT])
      expect(
        await codeOf(helper.agent.generate(helper.ctx, { as, threadId: helper.threadId, prompt: "Hi" })),
      ).toBe("THREAD_NOT_FOUND");
    expect(helper.model.calls).toEqual([]);
  });

  test("answers a message that is in the thread already", async () => {
    const helper = await anAgent([{ text: "Norway." }]);
    const { places } = await helper.owner.messages.append(helper.ctx, {
      threadId: helper.threadId,
      messages: [said("user", "Where is Oslo?")],
    });
    const promptMessageId = places[0]?.messageId;
    const { text, turn } = await helper.agent.generate(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      promptMessageId,
    });
    expect({ text, turn }).toEqual({ text: "Norway.", turn: 0 });
    expect(await messagesOf(helper)).toHaveLength(2);
  });

  test("records what each call of the model used", async () => {
    const usage = { inputTokens: 100, outputTokens: 20, cachedInputTokens: 60, reasoningTokens: 5 };
    const helper = await anAgent(
      [
        { ...asksFor("Oslo"), usage },
        { text: "7.", usage },
      ],
      { tools: { weather } },
    );
    const { runId, usage: totals } = await helper.agent.generate(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "Oslo?",
    });
    expect(totals).toEqual({ calls: 2, inputTokens: 200, outputTokens: 40 });
    const { page } = await helper.owner.usage.list(helper.ctx, { runId, cursor: null });
    expect(page).toHaveLength(2);
    expect(page[0]).toMatchObject({ provider: "scripted", model: "scripted-1", purpose: "answer", ...usage });
    expect(page.map((event) => event.finishReason)).toEqual(expect.arrayContaining(["tool-calls", "stop"]));
  });
});

describe("a turn that stops early", () => {
  test("runs the tools of its last step, so that the group is whole, and does not ask again", async () => {
    const helper = await anAgent([asksFor("Oslo"), asksFor("Bergen"), { text: "Never said." }], {
      tools: { weather },
      stopWhen: ({ steps }) => steps.length === 2,
    });
    const result = await helper.agent.generate(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "Go.",
    });
    expect(result.state.kind).toBe("completed");
    expect(helper.model.calls).toHaveLength(2);
    expect((await messagesOf(helper)).map((message) => message.role)).toEqual([
      "user",
      "assistant",
      "tool",
      "assistant",
      "tool",
    ]);
  });

  test("ends after eight steps when no condition is named", async () => {
    const helper = await anAgent(
      Array.from({ length: 20 }, () => asksFor("Oslo")),
      { tools: { weather } },
    );
    const { steps } = await helper.agent.generate(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "Go.",
    });
    expect(steps).toBe(8);
  });
});

describe("defineAgent", () => {
  test("refuses names that no provider or index takes", async () => {
    const { memory } = await anAgent([]);
    const model = () => scriptedModel([]);
    const define = (name: string, tools = {}) =>
      defineAgent(memory, { name, model, instructions: "", tools });
    expect(() => define(" ")).toThrow("AGENT_INVALID");
    expect(() => define("a".repeat(600))).toThrow("AGENT_INVALID");
    expect(() => define("a", { "no spaces": weather })).toThrow("AGENT_INVALID");
  });

  test("takes the tools of this package only by definition, not those of the SDK", () => {
    // @ts-expect-error the SDK's own tools have no ctx
    const tools: Record<string, ReturnType<typeof defineTool>> = { sdk: tool({ inputSchema: z.object({}) }) };
    expect(tools).toBeDefined();
  });
});
