import { type LanguageModelV4CallOptions, type LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { generateText, isStepCount, streamText, tool } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createExtractiveModel } from "../../example/convex/models/extractive.js";
import { ask, question, searching } from "./support.js";

async function partsOf(
  options: LanguageModelV4CallOptions,
  delayMs = 0,
): Promise<LanguageModelV4StreamPart[]> {
  const { stream } = await createExtractiveModel({ delayMs }).doStream(options);
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const userPrompt = (text: string): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
});

describe("the extractive model as a provider", () => {
  test("streams the text that it generates, in small deltas, with the same usage", async () => {
    const { tools } = searching();
    const generated = await ask(question, tools);
    const streamed = streamText({
      model: createExtractiveModel(),
      prompt: question,
      tools,
      stopWhen: isStepCount(5),
    });
    const deltas: string[] = [];
    for await (const delta of streamed.textStream) deltas.push(delta);
    expect(deltas.join("")).toBe(generated.text);
    expect(deltas.length).toBeGreaterThan(8);
    expect(Math.max(...deltas.map((delta) => delta.length))).toBeLessThan(60);
    expect(await streamed.totalUsage).toEqual(generated.totalUsage);
    expect(generated.totalUsage.inputTokens).toBeGreaterThan(50);
    expect(generated.totalUsage.outputTokens).toBeGreaterThan(20);
  });

  test("streams tool input as parts that add up to the call", async () => {
    const options: LanguageModelV4CallOptions = {
      ...userPrompt(question),
      tools: [
        {
          type: "function",
          name: "search",
          inputSchema: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
        },
      ],
    };
    const parts = await partsOf(options);
    const input = parts.flatMap((part) => (part.type === "tool-input-delta" ? [part.delta] : [])).join("");
    expect([...new Set(parts.map(({ type }) => type))]).toEqual([
      "stream-start",
      "response-metadata",
      "tool-input-start",
      "tool-input-delta",
      "tool-input-end",
      "tool-call",
      "finish",
    ]);
    expect(JSON.parse(input)).toEqual({ query: "stop tool loop" });
    expect(parts.find(({ type }) => type === "tool-call")).toMatchObject({ toolName: "search", input });
    expect(await partsOf(options)).toEqual(parts);
    const other = await partsOf({ ...options, prompt: userPrompt("Where does the tool loop stop?").prompt });
    const idOf = (all: LanguageModelV4StreamPart[]) =>
      all.find((part) => part.type === "tool-call")?.toolCallId;
    expect(idOf(other)).not.toBe(idOf(parts));
  });

  test("follows the caller's choice of tools", async () => {
    const { queries, tools } = searching();
    const model = createExtractiveModel();
    const none = await generateText({ model, prompt: question, tools, toolChoice: "none" });
    expect(none.toolCalls).toEqual([]);
    const pick = tool({ inputSchema: z.object({ size: z.number().min(3), mode: z.enum(["a", "b"]) }) });
    const required = await generateText({ model, prompt: question, tools: { pick }, toolChoice: "required" });
    expect(required.toolCalls).toMatchObject([{ toolName: "pick", input: { size: 3, mode: "a" } }]);
    expect(queries).toEqual([]);
  });

  test("stops at maxOutputTokens and says why", async () => {
    const { tools } = searching();
    const model = createExtractiveModel();
    const result = await generateText({
      model,
      prompt: question,
      tools,
      stopWhen: isStepCount(5),
      maxOutputTokens: 5,
    });
    expect(result.finishReason).toBe("length");
    expect(result.text).toBe("The tool loop stops ");
  });

  test("stops at once when it is aborted, also while it waits between deltas", async () => {
    const controller = new AbortController();
    const options = { ...userPrompt("Hello"), abortSignal: controller.signal };
    const reading = partsOf(options, 60_000);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    await expect(createExtractiveModel().doGenerate(options)).rejects.toMatchObject({ name: "AbortError" });
  });

  test("waits before each delta when it is told to", async () => {
    const quick = await partsOf(userPrompt("Hello"));
    expect(await partsOf(userPrompt("Hello"), 1)).toEqual(quick);
  });
});
