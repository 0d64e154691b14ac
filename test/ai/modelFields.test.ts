import { isStepCount, Output } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool, type AgentDefinition, type StepToPrepare } from "../../src/ai/index.js";
import type { Message } from "../../src/client/index.js";
import { scriptedModel, type ScriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, stateOf } from "./durableApp.js";
import { anAgent, asksFor, messagesOf, weather } from "./support.js";

type Outcome = { model: ScriptedModel; messages: Message[]; warnings: string[]; kind: string };
type Engine = (script: ScriptedTurn[], definition: Partial<AgentDefinition>) => Promise<Outcome>;

/** One turn in each engine. */
const engines: Record<string, Engine> = {
  generate: async (script, definition) => {
    const helper = await anAgent(script, { compaction: false, ...definition });
    const { warnings, state } = await helper.agent.generate(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "Go.",
    });
    return { model: helper.model, messages: await messagesOf(helper), warnings, kind: state.kind };
  },
  stream: async (script, definition) => {
    const helper = await anAgent(script, { compaction: false, ...definition });
    const { warnings, state } = await helper.agent.stream(helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "Go.",
    });
    return { model: helper.model, messages: await messagesOf(helper), warnings, kind: state.kind };
  },
  durable: async (script, definition) => {
    vi.useFakeTimers();
    hushed();
    const told: string[] = [];
    const app = await aDurableApp(script, {
      compaction: false,
      onWarning: (warning) => told.push(warning),
      ...definition,
    });
    const { runId } = await app.start("Go.");
    await app.finish();
    const { kind } = await stateOf(app, runId);
    return { model: app.model, messages: await messagesOf(app), warnings: told, kind };
  },
};

beforeEach(() => vi.restoreAllMocks());
afterEach(() => vi.useRealTimers());

const note = defineTool({ description: "Notes.", inputSchema: z.object({}), execute: () => "noted" });
const named = (model: ScriptedModel, call: number) => model.calls[call]?.tools?.map(({ name }) => name);

describe.each(Object.entries(engines))("an agent in %s", (engine, turn) => {
  test("tells the model which tool it must use, and only of those that are active", async () => {
    const { model, messages, kind } = await turn(
      [{ toolCalls: [{ toolName: "note", input: {} }, ...asksFor("Oslo").toolCalls] }, { text: "Done." }],
      {
        tools: { weather, note },
        activeTools: ["weather"],
        toolChoice: { type: "tool", toolName: "weather" },
        stopWhen: isStepCount(1),
      },
    );
    expect(named(model, 0)).toEqual(["weather"]);
    expect(model.calls[0]?.toolChoice).toEqual({ type: "tool", toolName: "weather" });
    expect(kind).toBe("completed");
    const [refused] = messages.flatMap(({ parts }) => parts).filter(({ type }) => type === "toolResult");
    expect(refused).toMatchObject({
      outputKind: "error",
      output: expect.stringContaining("TOOL_NOT_FOUND") as string,
    });
  });

  test("prepares each step, with its true number and what was said before", async () => {
    const other = scriptedModel([{ text: "From another model." }], { modelId: "other" });
    const prepared: Pick<StepToPrepare, "stepNumber" | "instructions">[] = [];
    const roles: string[][] = [];
    const { model, messages } = await turn([asksFor("Oslo")], {
      tools: { weather, note },
      settings: { temperature: 0.2, providerOptions: { a: { x: 1 } } },
      toolChoice: "required",
      prepareStep: ({ stepNumber, steps, instructions, messages: shown }) => {
        prepared.push({ stepNumber, instructions });
        roles.push(shown.map(({ role }) => role));
        expect(steps).toHaveLength(stepNumber);
        if (stepNumber === 0) return undefined;
        return {
          model: other,
          toolChoice: "none",
          activeTools: ["note"],
          temperature: 0.9,
          instructions: "Be long.",
          messages: [{ role: "user", content: "Something else." }],
          providerOptions: { b: { y: 2 } },
        };
      },
    });
    expect(prepared.map(({ stepNumber }) => stepNumber)).toEqual([0, 1]);
    expect(roles).toEqual([["user"], ["user", "assistant", "tool"]]);
    expect(model.calls).toHaveLength(1);
    expect(model.calls[0]).toMatchObject({ temperature: 0.2, toolChoice: { type: "required" } });
    expect(other.calls[0]).toMatchObject({
      temperature: 0.9,
      toolChoice: { type: "none" },
      providerOptions: { a: { x: 1 }, b: { y: 2 } },
      prompt: [
        { role: "system", content: "Be long." },
        { role: "user", content: [{ type: "text", text: "Something else." }] },
      ],
    });
    expect(named(other, 0)).toEqual(["note"]);
    expect(messages.at(-1)).toMatchObject({ model: "other", parts: [{ text: "From another model." }] });
  });

  test("neither runs nor asks about what its step was not to use", async () => {
    const ran: string[] = [];
    const held = (name: string) =>
      defineTool({
        description: "Waits.",
        inputSchema: z.object({}),
        needsApproval: true,
        execute: () => ran.push(name),
      });
    const free = defineTool({
      description: "Runs.",
      inputSchema: z.object({}),
      execute: () => ran.push("free"),
    });
    const { messages, kind } = await turn(
      [
        { toolCalls: ["asked", "off", "free"].map((toolName) => ({ toolName, input: {} })) },
        { text: "Done." },
      ],
      {
        tools: { asked: held("asked"), off: held("off"), free },
        prepareStep: () => ({ activeTools: ["asked"] }),
      },
    );
    // The durable run is watched until its approval has expired.
    expect(kind).toBe(engine === "durable" ? "completed" : "awaitingApproval");
    expect(ran).toEqual([]);
    const results = messages.flatMap(({ parts }) => parts).filter((part) => part.type === "toolResult");
    expect(results.filter(({ outputKind }) => outputKind !== "denied")).toMatchObject(
      ["off", "free"].map((toolName) => ({
        ...{ toolName, outputKind: "error" },
        output: `TOOL_NOT_FOUND: There is no tool "${toolName}". Tools: asked.`,
      })),
    );
  });

  test("mends a call whose input does not fit, and one of no tool there is", async () => {
    const broken = [
      { toolName: "weather", input: { town: "Oslo" }, callId: "a" },
      { toolName: "wetter", input: { city: "Rome" }, callId: "b" },
      { toolName: "weather", input: '{"city": "Par', callId: "c" },
      { toolName: "weather", input: { city: "Bonn" }, callId: "d" },
    ];
    const { messages, model } = await turn([{ toolCalls: broken }, { text: "Done." }], {
      tools: { weather },
      repairToolCall: async ({ toolCall, error, inputSchema }) => {
        expect(await inputSchema({ toolName: "weather" })).toMatchObject({ required: ["city"] });
        if (toolCall.toolCallId === "c") return null;
        return { ...toolCall, toolName: "weather", input: JSON.stringify({ city: error.name }) };
      },
    });
    const calls = messages[1]?.parts.filter((part) => part.type === "toolCall");
    expect(calls).toMatchObject([
      { callId: "a", toolName: "weather", input: '{"city":"AI_InvalidToolInputError"}' },
      { callId: "b", toolName: "weather", input: '{"city":"AI_NoSuchToolError"}' },
      { callId: "c", toolName: "weather", input: '{"city": "Par' },
      { callId: "d", input: '{"city":"Bonn"}' },
    ]);
    const results = messages.flatMap(({ parts }) => parts).filter((part) => part.type === "toolResult");
    expect(results.map(({ outputKind }) => outputKind)).toEqual(["json", "json", "error", "json"]);
    expect(model.calls).toHaveLength(2);
  });

  test("reports each call to telemetry, under its name", async () => {
    const seen: (string | undefined)[] = [];
    await turn([{ text: "Hi." }], {
      name: "reporter",
      telemetry: { integrations: { onStart: ({ functionId }) => void seen.push(functionId) } },
    });
    expect(seen).toEqual(["reporter"]);
  });

  test("asks for structured output, and tells of tools that the provider runs", async () => {
    const { model } = await turn([{ text: '{"city":"Oslo"}' }], {
      output: Output.object({ schema: z.object({ city: z.string() }), name: "place" }),
      providerTools: {
        web: {
          type: "provider",
          id: "openai.web_search",
          args: { a: 1 },
          isProviderExecuted: true,
          inputSchema: z.object({}),
          outputSchema: z.object({}),
        } as never,
      },
    });
    expect(model.calls[0]?.responseFormat).toMatchObject({
      type: "json",
      name: "place",
      schema: { required: ["city"] },
    });
    expect(model.calls[0]?.tools).toEqual([
      { type: "provider", name: "web", id: "openai.web_search", args: { a: 1 } },
    ]);
  });

  test("tells its warnings", async () => {
    const warned: string[] = [];
    const { messages, kind } = await turn([{ text: "" }], {
      onWarning: (warning, { agentName, runId, threadId }) => {
        warned.push(`${agentName}: ${warning}`);
        expect([typeof runId, typeof threadId]).toEqual(["string", "string"]);
        throw new TypeError("The log is full.");
      },
    });
    expect(warned).toEqual([expect.stringMatching(/^(helper|researcher): The model gave an empty answer/)]);
    expect(kind).toBe("completed");
    expect(messages).toHaveLength(2);
  });
});

describe("a definition", () => {
  const withTools = { tools: { weather } };
  test.each([
    ["an active tool that is none", { ...withTools, activeTools: ["wether"] }],
    [
      "a tool to use that is none",
      { ...withTools, toolChoice: { type: "tool", toolName: "wether" } as const },
    ],
    [
      "a tool to use that may not be used",
      {
        tools: { weather, note },
        activeTools: ["note"],
        toolChoice: { type: "tool", toolName: "weather" } as const,
      },
    ],
    ["a provider's tool that nobody runs", { providerTools: { a: { inputSchema: z.object({}) } as never } }],
    [
      "a provider's tool that is a tool too",
      { ...withTools, providerTools: { weather: { type: "provider", isProviderExecuted: true } as never } },
    ],
  ])("with %s is AGENT_INVALID", async (_what, fields) => {
    expect(await codeOf(anAgent([], fields))).toBe("AGENT_INVALID");
  });
});

describe("a context that prepareStep changed", () => {
  test("is not shown again, and says so; one that it left alone is", async () => {
    const helper = await anAgent([asksFor("Oslo"), { text: "Cold." }], {
      tools: { weather },
      prepareStep: ({ stepNumber }) => (stepNumber === 0 ? { temperature: 0 } : { instructions: "Be long." }),
    });
    await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go." });
    const [, first, , last] = await messagesOf(helper);
    const replay = (message: Message | undefined) =>
      helper.owner.contexts.replay(helper.ctx, { messageId: message?.messageId ?? "" });
    expect((await replay(first)).kind).toBe("same");
    expect(await replay(last)).toEqual({ kind: "SOURCE_CHANGED", source: { kind: "prepareStep" } });
  });
});
