import { createMCPClient } from "@ai-sdk/mcp";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { dynamicTool, tool, type ModelMessage, type ToolExecutionOptions } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { codeOf, OWNER } from "../support/aMemory.js";
import { anAgent, asksFor, messagesOf, transcript, weather, type TestAgent } from "./support.js";

const PNG = Buffer.alloc(90_000, 7).toString("base64");

/** A server of the Model Context Protocol in this process, and the tools that the SDK's client finds there. */
async function mcpTools() {
  const server = new McpServer({ name: "shop", version: "1.0.0" });
  const asked = { title: "Price", description: "The price of a thing.", inputSchema: { thing: z.string() } };
  server.registerTool("price", asked, ({ thing }) => ({
    content: [{ type: "text", text: `${thing} costs 3` }],
    isError: thing === "moon",
  }));
  server.registerTool("picture", { description: "A picture." }, () => ({
    content: [
      { type: "text", text: "Here." },
      { type: "image", data: PNG, mimeType: "image/png" },
    ],
  }));
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  const client = await createMCPClient({ transport: clientSide });
  return { client, tools: await client.tools() };
}

const ask = ({ threadId }: Pick<TestAgent, "threadId">) => ({ as: OWNER, threadId, prompt: "Go." });
const calls = (...asked: [toolName: string, input: unknown][]) => ({
  toolCalls: asked.map(([toolName, input], index) => ({ toolName, input, callId: `call-${index}` })),
});

describe("tools of an MCP server", () => {
  test.each(["generate", "stream"] as const)(
    "are told to the model and run in the action (%s)",
    async (how) => {
      const { client, tools } = await mcpTools();
      const script = [
        calls(["price", { thing: "tea" }], ["price", { thing: "moon" }], ["price", {}]),
        { text: "3." },
      ];
      const helper = await anAgent(script, { tools: { weather } });
      const { text } = await helper.agent[how](helper.ctx, { ...ask(helper), tools });
      await client.close();
      expect(text).toBe("3.");
      const told = helper.model.calls[0]?.tools;
      expect(told?.map(({ name }) => name).sort()).toEqual(["picture", "price", "readToolOutput", "weather"]);
      expect(told?.find(({ name }) => name === "price")).toMatchObject({
        description: "The price of a thing.",
        inputSchema: { properties: { thing: { type: "string" } }, required: ["thing"] },
      });
      const [, answer, ...results] = await messagesOf(helper);
      expect(answer?.parts[0]).toMatchObject({ type: "toolCall", dynamic: true });
      expect(results.slice(0, 3).map(({ parts }) => parts[0])).toMatchObject([
        { outputKind: "content", output: '[{"type":"text","text":"tea costs 3"}]' },
        { outputKind: "error", output: "moon costs 3" },
        { outputKind: expect.any(String) as string },
      ]);
      expect(JSON.stringify(helper.model.calls[1]?.prompt)).toContain("tea costs 3");
    },
  );

  test("give files, which are stored and not shown as text", async () => {
    const { tools } = await mcpTools();
    const helper = await anAgent([calls(["picture", {}]), { text: "A cat." }, { text: "Still." }]);
    Object.assign(helper.model, { supportedUrls: { "*/*": [/./] } });
    await helper.agent.generate(helper.ctx, { ...ask(helper), tools });
    const [, , result] = await messagesOf(helper);
    if (result?.parts[0]?.type !== "toolResult") throw new TypeError("no result");
    const { messageId } = result;
    const [part] = result.parts;
    expect(part.output.length).toBeLessThan(300);
    const [fileId = ""] = part.files ?? [];
    const file = await helper.owner.files.get(helper.ctx, { fileId, messageId });
    expect(file).toMatchObject({ bytes: 90_000, mediaType: "image/png", uses: 1 });
    await helper.agent.generate(helper.ctx, { ...ask(helper), prompt: "And?" });
    for (const call of [1, 2]) {
      const prompt = JSON.stringify(helper.model.calls[call]?.prompt);
      expect(prompt).toContain(JSON.stringify(file.url));
      expect(prompt.length).toBeLessThan(10_000);
    }
    await helper.owner.messages.remove(helper.ctx, { messageId });
    expect((await helper.owner.files.get(helper.ctx, { fileId })).uses).toBe(0);
  });

  test("whose files cannot be stored warn of it, and the model is told in words", async () => {
    const { tools } = await mcpTools();
    const told: string[] = [];
    const helper = await anAgent([calls(["picture", {}]), { text: "None." }], {
      onWarning: (warning) => told.push(warning),
    });
    const ctx = { ...helper.ctx };
    ctx.runAction = () => Promise.reject(new TypeError("No room."));
    const { text, warnings } = await helper.agent.generate(ctx, { ...ask(helper), tools });
    expect(text).toBe("None.");
    expect(warnings).toEqual([expect.stringMatching(/^The file image\/png was not kept: .*No room/)]);
    expect(told).toEqual(warnings);
  });

  test("stand in the context that is shown again", async () => {
    const { tools } = await mcpTools();
    const helper = await anAgent([{ text: "Hi." }]);
    await helper.agent.generate(helper.ctx, { ...ask(helper), tools });
    const [, answer] = await messagesOf(helper);
    const replayed = await helper.owner.contexts.replay(helper.ctx, { messageId: answer?.messageId ?? "" });
    expect(replayed.kind === "same" && replayed.text).toContain("The price of a thing.");
  });
});

describe("tools of the SDK", () => {
  test("are executed as the SDK does it, and the last of several results counts", async () => {
    const seen: ToolExecutionOptions<unknown>[] = [];
    const outputs: unknown[] = [];
    const tools = {
      count: tool({
        description: "Counts.",
        inputSchema: z.object({ to: z.number() }),
        async *execute({ to }, options) {
          seen.push(options);
          for (let at = 1; at <= to; at++) yield at;
        },
        toModelOutput: ({ output, toolCallId, input }) => {
          outputs.push({ output, toolCallId, input });
          return { type: "text", value: `counted to ${output}`, providerOptions: { a: { b: 1 } } };
        },
      }),
      fail: dynamicTool({
        description: "Fails.",
        inputSchema: z.object({}),
        execute: () => {
          throw new TypeError("No.");
        },
      }),
      deny: tool({
        description: "Denies.",
        inputSchema: z.object({}),
        execute: () => 1,
        toModelOutput: () => ({ type: "execution-denied", reason: "Not you." }),
      }),
    };
    const script = [calls(["count", { to: 3 }], ["fail", {}], ["deny", {}]), { text: "Done." }];
    const helper = await anAgent(script, { compaction: false });
    await helper.agent.generate(helper.ctx, { ...ask(helper), tools });
    expect(outputs).toEqual([{ output: 3, toolCallId: "call-0", input: { to: 3 } }]);
    expect(seen[0]).toMatchObject({
      toolCallId: "call-0",
      messages: [{ role: "user" }] satisfies Partial<ModelMessage>[],
    });
    expect(seen[0]?.abortSignal?.aborted).toBe(false);
    expect(transcript(await messagesOf(helper)).slice(2, 5)).toEqual([
      "tool: text counted to 3",
      "tool: error No.",
      "tool: denied Not you.",
    ]);
    expect(helper.model.calls[1]?.prompt.at(-1)?.content).toMatchObject([
      { output: { type: "text", value: "counted to 3", providerOptions: { a: { b: 1 } } } },
      { output: { type: "error-text", value: "No." } },
      { output: { type: "execution-denied", reason: "Not you." } },
    ]);
  });

  test("are there for one call only", async () => {
    const tools = { count: tool({ inputSchema: z.object({}), execute: () => 1 }) };
    const helper = await anAgent([{ text: "a" }, calls(["count", {}]), { text: "b" }], { compaction: false });
    await helper.agent.generate(helper.ctx, {
      ...ask(helper),
      tools,
      activeTools: ["count"],
      toolChoice: "auto",
    });
    await helper.agent.generate(helper.ctx, ask(helper));
    expect(helper.model.calls.map((call) => call.tools?.length ?? 0)).toEqual([1, 0, 0]);
    expect(JSON.stringify(helper.model.calls[2]?.prompt)).toContain("TOOL_NOT_FOUND");
  });

  test("that are only the model's provider's are told as they are", async () => {
    const web = {
      type: "provider",
      id: "openai.web_search",
      args: {},
      isProviderExecuted: true,
      inputSchema: z.object({}),
    } as never;
    const helper = await anAgent([{ text: "a" }], { compaction: false });
    await helper.agent.generate(helper.ctx, { ...ask(helper), tools: { web } });
    expect(helper.model.calls[0]?.tools).toEqual([
      { type: "provider", name: "web", id: "openai.web_search", args: {} },
    ]);
  });

  test.each([
    ["nobody would run", { a: tool({ inputSchema: z.object({}) }) }],
    ["has the name of the agent's own", { weather: tool({ inputSchema: z.object({}), execute: () => 1 }) }],
  ])("one that %s is refused before anything is written", async (_what, tools) => {
    const helper = await anAgent([{ text: "a" }], { tools: { weather } });
    expect(await codeOf(helper.agent.generate(helper.ctx, { ...ask(helper), tools }))).toBe(
      "INVALID_ARGUMENT",
    );
    expect(await messagesOf(helper)).toEqual([]);
  });

  test("and a tool to use that is none are refused", async () => {
    const helper = await anAgent([asksFor("Oslo")], { tools: { weather } });
    const chosen = { ...ask(helper), toolChoice: { type: "tool", toolName: "wether" } as const };
    expect(await codeOf(helper.agent.generate(helper.ctx, chosen))).toBe("INVALID_ARGUMENT");
  });
});
