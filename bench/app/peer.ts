// The workloads on `@convex-dev/agent`, written as its documentation shows.
import {
  createThread as createPeerThread,
  createTool,
  listUIMessages,
  syncStreams,
  vStreamArgs,
} from "@convex-dev/agent";
import { isStepCount, type ToolSet } from "ai";
import {
  actionGeneric,
  mutationGeneric,
  paginationOptsValidator,
  queryGeneric,
  type PaginationOptions,
} from "convex/server";
import { v } from "convex/values";
import { z } from "zod";
import { ANSWER, TOOL_RESULT } from "../material/turn.js";
import { scriptedEmbedder, scriptedModel } from "../models.js";
import { components } from "./components.js";
import { PeerAgent } from "./peerAgent.js";

const MAX_STEPS = 3;
const PREVIEW_THREADS = 50;

const languageModel = scriptedModel();
const instructions = "You are helpful.";
const stopWhen = isStepCount(MAX_STEPS);
const lookUp = createTool({
  description: "Look something up.",
  inputSchema: z.object({ query: z.string(), limit: z.number() }),
  execute: async () => TOOL_RESULT,
});
const tools: ToolSet = { lookUp };
const plain = new PeerAgent(components.agent, {
  name: "plain",
  languageModel,
  instructions,
  stopWhen,
  tools,
});
const hybrid = new PeerAgent(components.agent, {
  name: "hybrid",
  languageModel,
  instructions,
  stopWhen,
  tools,
  embeddingModel: scriptedEmbedder(),
  contextOptions: { searchOptions: { limit: 10, textSearch: true, vectorSearch: true } },
});
const talker = new PeerAgent(components.agent, { name: "talker", languageModel, instructions });

const turnArgs = { threadId: v.string(), prompt: v.string() };

export const createThread = mutationGeneric({
  args: { userId: v.string() },
  handler: (ctx, { userId }) => createPeerThread(ctx, components.agent, { userId }),
});

export const turn = actionGeneric({
  args: turnArgs,
  handler: async (ctx, { threadId, prompt }) =>
    (await plain.generateText(ctx, { threadId }, { prompt })).text,
});

export const hybridTurn = actionGeneric({
  args: turnArgs,
  handler: async (ctx, { threadId, prompt }) =>
    (await hybrid.generateText(ctx, { threadId }, { prompt })).text,
});

/** Each delta of the model is a chunk of its own: no throttle, and no regrouping of words. */
export const streamTurn = actionGeneric({
  args: turnArgs,
  handler: async (ctx, { threadId, prompt }) => {
    const saveStreamDeltas = { throttleMs: 0, chunking: /[\s\S]+/ };
    const result = await talker.streamText(ctx, { threadId }, { prompt }, { saveStreamDeltas });
    const text = await result.text;
    if (text !== ANSWER) throw new Error("The stream did not say the answer");
    return text;
  },
});

/** The query behind `useUIMessages` with streams. */
export const listMessages = queryGeneric({
  args: {
    threadId: v.string(),
    paginationOpts: paginationOptsValidator,
    streamArgs: v.optional(vStreamArgs),
  },
  handler: async (ctx, args) => {
    const page = await listUIMessages(ctx, components.agent, args);
    return { ...page, streams: await syncStreams(ctx, components.agent, args) };
  },
});

export const firstPage = queryGeneric({
  args: { threadId: v.string(), paginationOpts: paginationOptsValidator },
  handler: (ctx, args) => listUIMessages(ctx, components.agent, args),
});

/** Threads with the last message of each: they come in the order of their creation. */
export const listThreads = queryGeneric({
  args: { userId: v.string() },
  handler: async (ctx, { userId }) => {
    const paginationOpts: PaginationOptions = { cursor: null, numItems: PREVIEW_THREADS };
    const { page } = await ctx.runQuery(components.agent.threads.listThreadsByUserId, {
      userId,
      paginationOpts,
    });
    const last: PaginationOptions = { cursor: null, numItems: 1 };
    const previews = await Promise.all(
      page.map(({ _id }) => listUIMessages(ctx, components.agent, { threadId: _id, paginationOpts: last })),
    );
    return page.map(({ _id }, index) => ({ threadId: _id, preview: previews[index]?.page[0]?.text ?? "" }));
  },
});

export const deleteThread = mutationGeneric({
  args: { threadId: v.string() },
  handler: async (ctx, { threadId }) => {
    await ctx.runMutation(components.agent.threads.deleteAllForThreadIdAsync, { threadId });
    return null;
  },
});
