// The workloads on `convex-agent-memory`, written as its documentation shows.
import { isStepCount } from "ai";
import { AgentMemory } from "convex-agent-memory";
import { compactThread, defineAgent, defineTool } from "convex-agent-memory/ai";
import { actionGeneric, mutationGeneric, type Auth } from "convex/server";
import { v } from "convex/values";
import { z } from "zod";
import { ANSWER, TOOL_NAME, TOOL_RESULT } from "../material/turn.js";
import { pacedModel, scriptedEmbedder, scriptedModel } from "../models.js";
import { components } from "./components.js";

export const memory = new AgentMemory(components.agentMemory);

const MAX_STEPS = 3;
const RECALL_TOKENS = 1_500;
/** What the peer reads at most, so that both sides read the same history; tokens and bytes do not cut it. */
const CONTEXT = { maxMessages: 100, maxTokens: 1_000_000 };

const lookUp = defineTool({
  description: "Look something up.",
  inputSchema: z.object({ query: z.string(), limit: z.number() }),
  execute: () => TOOL_RESULT,
});

/** What all agents of the bench share. */
export const shared = {
  model: scriptedModel,
  instructions: "You are helpful.",
  stopWhen: isStepCount(MAX_STEPS),
  context: CONTEXT,
  tools: { [TOOL_NAME]: lookUp },
};
const plain = defineAgent(memory, { ...shared, name: "plain", blocks: ["thread", "user"] });
/** Shows the last messages as they are, as the peer does: what a summary costs is measured apart. */
const unabridged = defineAgent(memory, {
  ...shared,
  name: "unabridged",
  blocks: ["thread", "user"],
  compaction: false,
});
const hybrid = defineAgent(memory, {
  ...shared,
  blocks: ["thread", "user"],
  name: "hybrid",
  embeddingModel: scriptedEmbedder,
  recall: { scopes: ["thread"], maxTokens: RECALL_TOKENS },
});
/** Draws on what its user may spend. */
const budgeted = defineAgent(memory, {
  ...shared,
  name: "budgeted",
  blocks: ["thread", "user"],
  budgets: true,
});
/** Each delta of the model is a chunk of its own. */
const talker = defineAgent(memory, { ...shared, name: "talker", tools: {}, throttleMs: 0 });

/** Says its text in real time, and writes it as often as a preset says. */
const paced = (throttleMs: number, seconds: number) =>
  defineAgent(memory, { ...shared, name: "paced", tools: {}, throttleMs, model: () => pacedModel(seconds) });

const turnArgs = { userId: v.string(), threadId: v.string(), prompt: v.string() };

export const createThread = mutationGeneric({
  args: { userId: v.string() },
  handler: async (ctx, { userId }) => (await memory.as({ userId }).threads.create(ctx)).threadId,
});

/** What every turn of the user's is shown. */
export const keepBlock = mutationGeneric({
  args: { userId: v.string(), value: v.string() },
  handler: async (ctx, { userId, value }) => {
    await memory.as({ userId }).blocks.create(ctx, { scope: "user", label: "user", value });
    return null;
  },
});

/** As a worker does it between turns: what stays is half of what the peer's hundred messages hold. */
export const compact = actionGeneric({
  args: { userId: v.string(), threadId: v.string() },
  handler: async (ctx, { userId, threadId }) => {
    const bound = memory.as({ userId });
    const settings = { triggerTokens: 10_000, keepTokens: 5_000 };
    for (let done = false; !done;)
      ({ done } = await compactThread(ctx, { memory: bound, threadId, settings }));
    if ((await bound.summaries.latest(ctx, { threadId })) === null)
      throw new Error("The thread has no summary");
    return null;
  },
});

export const turn = actionGeneric({
  args: turnArgs,
  handler: async (ctx, { userId, ...asked }) =>
    (await plain.generate(ctx, { as: { userId }, ...asked })).text,
});

export const budgetedTurn = actionGeneric({
  args: turnArgs,
  handler: async (ctx, { userId, ...asked }) =>
    (await budgeted.generate(ctx, { as: { userId }, ...asked })).text,
});

/** What the scripted model costs, in millionths for a million tokens. */
export const loadPrices = mutationGeneric({
  args: {},
  handler: async (ctx) => {
    const prices = { input: 2_000_000, output: 10_000_000 };
    const { provider, modelId: model } = scriptedModel();
    await memory.asSystem().prices.load(ctx, { prices: [{ provider, model, prices }] });
    return null;
  },
});

/** More than a turn needs. */
export const setBudget = mutationGeneric({
  args: { userId: v.string() },
  handler: async (ctx, { userId }) => {
    const budget = { per: "user", userId, unit: "cost", period: "month", mode: "hard" } as const;
    await memory.asSystem().budgets.set(ctx, { ...budget, limit: 10_000_000 });
    return null;
  },
});

export const unabridgedTurn = actionGeneric({
  args: turnArgs,
  handler: async (ctx, { userId, ...asked }) =>
    (await unabridged.generate(ctx, { as: { userId }, ...asked })).text,
});

export const hybridTurn = actionGeneric({
  args: turnArgs,
  handler: async (ctx, { userId, ...asked }) =>
    (await hybrid.generate(ctx, { as: { userId }, ...asked })).text,
});

export const streamTurn = actionGeneric({
  args: turnArgs,
  handler: async (ctx, { userId, ...asked }) => {
    const { text } = await talker.stream(ctx, { as: { userId }, ...asked });
    if (text !== ANSWER) throw new Error("The stream did not say the answer");
    return text;
  },
});

export const pacedTurn = actionGeneric({
  args: { ...turnArgs, throttleMs: v.number(), seconds: v.number() },
  handler: async (ctx, { userId, throttleMs, seconds, ...asked }) =>
    (await paced(throttleMs, seconds).stream(ctx, { as: { userId }, ...asked })).text,
});

export const share = mutationGeneric({
  args: { userId: v.string(), threadId: v.string(), reader: v.string() },
  handler: async (ctx, { userId, threadId, reader }) => {
    await memory.as({ userId }).threads.setParticipant(ctx, { threadId, userId: reader, role: "reader" });
    return null;
  },
});

export const deleteThread = mutationGeneric({
  args: { userId: v.string(), threadId: v.string() },
  handler: async (ctx, { userId, threadId }) => {
    await memory.as({ userId }).threads.remove(ctx, { threadId });
    return null;
  },
});

/** Who watches: the app has authenticated them. */
async function authorize(ctx: { auth: Auth }): Promise<{ userId: string }> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw new Error("The watchers of the bench sign in");
  return { userId: identity.subject };
}

export const { listMessages, followStream, getRun, getRunById, listToolCalls, listWaiting, listThreads } =
  memory.exposeApi({ authorize });
