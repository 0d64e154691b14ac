import { defineWorker, extractAfterRun, type WorkerJob } from "convex-agent-memory/ai";
import type { FunctionReference } from "convex/server";
import { internal } from "./_generated/api.js";
import { memory } from "./memory.js";
import { chatModel, embeddingModel, hasModel } from "./models/index.js";

/** Finds facts in what was said in one thread. The built-in model quotes and does not understand: it finds none. */
const extract: WorkerJob = async (ctx, agentMemory, { target: { threadId, as }, abortSignal }) => {
  if (threadId === undefined || as === undefined || !hasModel()) return { done: true };
  await extractAfterRun(ctx, { memory: agentMemory.as(as), threadId, model: chatModel, abortSignal });
  return { done: true };
};

const self = (): FunctionReference<"action", "internal"> => internal.worker.worker;

/** What waits for a model: `knowledge.learn` calls it for a thread, `npx convex run worker:worker` for everything. */
export const worker = defineWorker(memory, { embeddingModel, jobs: [extract], self });
