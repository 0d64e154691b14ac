// An agent that looks something up and then tells a story, in an action and as a durable run.
import { vRunTicket } from "convex-agent-memory";
import { defineAgent, defineTool, embedWith, type RunTicket } from "convex-agent-memory/ai";
import { deterministicEmbedder, scriptedModel, type ScriptedTurn } from "convex-agent-memory/test";
import { internalActionGeneric, internalMutationGeneric, makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { z } from "zod";
import { memory, principal, workflow } from "./memory.js";

const STORY = Array.from({ length: 80 }, (_, index) => `word-${index}`).join(" ");
const embedder = deterministicEmbedder();

/** Calls the tool first, and tells the story once the tool has answered. */
const narrate: ScriptedTurn = ({ prompt }) =>
  prompt.at(-1)?.role === "tool"
    ? { text: STORY }
    : { text: "Let me look. ", toolCalls: [{ toolName: "look", input: { at: "Oslo" } }] };

const look = defineTool({
  description: "Looks.",
  inputSchema: z.object({ at: z.string() }),
  execute: (_ctx, { at }) => `It is quiet in ${at}.`,
});

export const narrator = defineAgent(memory, {
  name: "narrator",
  model: () => scriptedModel([narrate, narrate], { chunks: 40, delayMs: 1 }),
  embeddingModel: () => embedder,
  instructions: "Tell a story.",
  tools: { look },
  recall: { scopes: ["user"], maxTokens: 200 },
  throttleMs: 5,
});

export const { run, step, settle } = narrator.durable(workflow);
const vAsked = { threadId: v.string(), prompt: v.string() };

/** A turn in this action. */
export const stream = internalActionGeneric({
  args: vAsked,
  returns: v.object({ text: v.string(), runId: v.string() }),
  handler: async (ctx, args) => {
    const { text, runId } = await narrator.stream(ctx, { as: await principal(ctx), ...args });
    return { text, runId };
  },
});

/** A durable run, at once or later. */
export const start = internalMutationGeneric({
  args: { ...vAsked, startAt: v.optional(v.number()) },
  returns: vRunTicket,
  handler: async (ctx, args): Promise<RunTicket> => {
    const run = makeFunctionReference<"mutation">("narrator:run") as unknown as Parameters<
      typeof narrator.start
    >[1];
    return await narrator.start(ctx, run, { as: await principal(ctx), ...args });
  },
});

/** Puts a document, embedded. */
export const putDocument = internalActionGeneric({
  args: { key: v.string(), text: v.string() },
  returns: v.object({ chunks: v.number() }),
  handler: async (ctx, args) => {
    const { documents } = memory.as(await principal(ctx));
    const { chunks } = await documents.put(ctx, { scope: "user", ...args, embed: embedWith(embedder) });
    return { chunks };
  },
});
