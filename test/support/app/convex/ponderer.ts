// An agent whose model says something, thinks for long in the middle, and then asks for a slow tool.
import { defineAgent, defineTool, STREAM_PRESETS } from "convex-agent-memory/ai";
import { scriptedModel } from "convex-agent-memory/test";
import { internalActionGeneric } from "convex/server";
import { v } from "convex/values";
import { z } from "zod";
import { memory, principal } from "./memory.js";

type Model = ReturnType<typeof scriptedModel>;

/** How long the model thinks and the tool runs. */
const PAUSE_MS = 1_500;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

function ponderingModel(): Model {
  const model = scriptedModel(
    [{ text: "Let me think. ", toolCalls: [{ toolName: "dig", input: {} }] }, { text: "Found." }],
    { chunks: 3 },
  );
  return {
    ...model,
    doStream: async (asked) => {
      const { stream } = await model.doStream(asked);
      return { stream: stream.pipeThrough(pausingBefore("tool-input-start")) };
    },
  };
}

const pausingBefore = <PartOf extends { type: string }>(type: string) =>
  new TransformStream<PartOf, PartOf>({
    transform: async (part, controller) => {
      if (part.type === type) await pause();
      controller.enqueue(part);
    },
  });

const dig = defineTool({
  description: "Digs.",
  inputSchema: z.object({}),
  execute: async () => {
    await pause();
    return "a coin";
  },
});

/** A turn in this action. */
export const stream = internalActionGeneric({
  args: { threadId: v.string(), prompt: v.string() },
  returns: v.string(),
  handler: async (ctx, args) => {
    const model = ponderingModel();
    const ponderer = defineAgent(memory, {
      name: "ponderer",
      model: () => model,
      instructions: "Think.",
      tools: { dig },
      throttleMs: STREAM_PRESETS.smooth,
    });
    return (await ponderer.stream(ctx, { as: await principal(ctx), ...args })).text;
  },
});
