// Tools of ours in a loop of the AI SDK.
import { generateText, isStepCount } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineTool, memoryTools, toToolSet, type ToolContext } from "../../src/ai/index.js";
import { OWNER, said } from "../support/aMemory.js";
import { aLoop } from "./middlewareSupport.js";

const stopWhen = isStepCount(5);
const asks = (toolName: string, input: unknown, callId?: string) => ({
  toolCalls: [{ toolName, input, callId }],
});

describe("tools of ours in a plain loop", () => {
  test("remember and recall without a run", async () => {
    const loop = await aLoop([
      asks("remember", { text: "Olga lives in Oslo." }),
      asks("recall", { query: "Where does Olga live? cat" }),
      { text: "In Oslo." },
    ]);
    const { ctx, memory, owner, threadId, scripted: model } = loop;
    const other = await owner.threads.create(ctx, {});
    await owner.messages.append(ctx, {
      threadId: other.threadId,
      messages: [said("user", "My cat is Tom.")],
    });
    const tools = toToolSet(memoryTools(), { ctx, memory, as: OWNER, threadId });
    const { steps } = await generateText({ model, tools, stopWhen, prompt: "Where do I live?" });
    const { page } = await owner.facts.list(ctx, { scope: "user", cursor: null });
    expect(page.map(({ text }) => text)).toEqual(["Olga lives in Oslo."]);
    const recalled = JSON.stringify(steps[1]?.toolResults);
    expect(recalled).toContain("Olga lives in Oslo.");
    expect(recalled).toContain("My cat is Tom.");
  });

  test("work once for one operationId and call", async () => {
    const loop = await aLoop([
      asks("remember", { text: "Olga lives in Oslo." }, "call-a"),
      { text: "Kept." },
      asks("remember", { text: "Olga lives in Oslo." }, "call-a"),
      { text: "Kept." },
    ]);
    const { ctx, memory, owner, threadId, scripted: model } = loop;
    for (let attempt = 0; attempt < 2; attempt++) {
      const args = { ctx, memory, as: OWNER, threadId, operationId: "job-1" };
      const tools = toToolSet(memoryTools(), args);
      await generateText({ model, tools, stopWhen, prompt: "Keep it." });
    }
    expect((await owner.facts.list(ctx, { scope: "user", cursor: null })).page).toHaveLength(1);
    expect((await loop.countRows()).operations).toBe(1);
  });

  test("tell the model of input that does not fit, and of what they throw, and hide no value", async () => {
    const seen: unknown[] = [];
    const count = defineTool({
      description: "Counts.",
      inputSchema: z.object({ to: z.string().transform((text) => text.length) }),
      execute: (_ctx, { to }) => {
        seen.push(to);
        if (to === 4) throw new TypeError("Not four.");
        return { to, none: undefined };
      },
    });
    const loop = await aLoop([
      asks("count", { to: 7 }),
      asks("count", { to: "four" }),
      asks("count", { to: "five5" }),
      { text: "Done." },
    ]);
    const { ctx, memory, threadId, scripted: model } = loop;
    const tools = toToolSet({ count }, { ctx, memory, as: OWNER, threadId });
    await generateText({ model, tools, stopWhen, prompt: "Count." });
    expect(seen).toEqual([4, 5]);
    const results = model.calls
      .at(-1)
      ?.prompt.flatMap((message) =>
        message.role === "tool" ? message.content.map((part) => ("output" in part ? part.output : null)) : [],
      );
    expect(results).toMatchObject([
      {
        type: "error-text",
        value: expect.stringMatching(/^The input does not fit the schema of "count"/) as string,
      },
      { type: "error-text", value: "Not four." },
      { type: "json", value: { to: 5 } },
    ]);
  });

  test("leave to the loop what is answered later, and refuse what only a run can wait for", async () => {
    const later = {
      description: "Asks a person.",
      inputSchema: z.object({ question: z.string() }),
      answersLater: true as const,
    };
    const loop = await aLoop([asks("askHuman", { question: "Red?" })]);
    const { ctx, memory, threadId, scripted: model } = loop;
    const args = { ctx, memory, as: OWNER, threadId };
    const tools = toToolSet({ askHuman: defineTool(later) }, args);
    const { toolCalls, toolResults } = await generateText({ model, tools, stopWhen, prompt: "Which?" });
    expect([toolCalls, toolResults]).toMatchObject([[{ toolName: "askHuman" }], []]);
    const asking = defineTool({ ...later, execute: () => "asked" });
    expect(() => toToolSet({ asking }, args)).toThrow("only a run of an agent can wait");
  });
});

describe("tools of ours in a loop with memory", () => {
  test("know their run: facts rest on the prompt, calls have their own operationIds", async () => {
    const seen: ToolContext[] = [];
    const look = defineTool({
      description: "Looks.",
      inputSchema: z.object({}),
      execute: (ctx) => {
        seen.push(ctx);
        return "seen";
      },
    });
    const twice = { toolCalls: ["a", "a"].map((callId) => ({ toolName: "look", input: {}, callId })) };
    const loop = await aLoop([
      asks("remember", { text: "Olga lives in Oslo." }),
      twice,
      twice,
      { text: "Kept." },
    ]);
    const { middleware, model } = loop.bind();
    const tools = middleware.toolSet({ ...memoryTools(), look });
    await generateText({ model, tools, stopWhen, prompt: "I live in Oslo." });
    const { page } = await loop.owner.facts.list(loop.ctx, { scope: "user", cursor: null });
    expect(page[0]?.sources).toMatchObject([{ messageId: middleware.run?.promptMessageId }]);
    expect(new Set(seen.map(({ operationId }) => operationId)).size).toBe(4);
    expect(seen[0]).toMatchObject({ runId: middleware.run?.runId, turn: 0, threadId: loop.threadId });
  });
});
