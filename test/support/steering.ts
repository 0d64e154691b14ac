import type { Part } from "../../src/validators/content.js";
import type { Message } from "../../src/validators/message.js";
import type { RunEngine } from "../../src/validators/run.js";
import { aThread, listAll, text, type TestThread } from "../support/aMemory.js";
import { used } from "../support/turns.js";

/** A thread with a run of the owner's that waits for its first answer. */
export async function aSteeredRun(engine: RunEngine, options: { stream?: boolean } = {}) {
  const thread = await aThread();
  const { owner, ctx, threadId } = thread;
  const begun = await owner.turns.begin(ctx, {
    ...{ threadId, agentName: "helper", engine, prompt: [text("Books?")], ...options },
  });
  const { runId } = begun;
  const steer = (prompt: string, operationId?: string) =>
    owner.runs.steer(ctx, { runId, prompt, ...(operationId === undefined ? {} : { operationId }) });
  const open = (step: number, more: { stream?: boolean } = {}) =>
    owner.turns.open(ctx, { runId, step, ...more });
  const save = (step: number, parts: Part[], more: { finish?: boolean; nextStream?: boolean } = {}) =>
    owner.turns.saveStep(ctx, {
      ...{ runId, step, message: { parts }, results: [], usage: used, finish: false, ...more },
    });
  return { ...thread, begun, runId, steer, open, save };
}

export const messagesOf = ({ owner, ctx, threadId }: TestThread) =>
  listAll(owner.messages, ctx, { threadId, order: "asc", limit: 50 });
/** Each message as `role: its first words`. */
export const words = (messages: readonly Message[]): string[] =>
  messages.map(({ role, parts }) => {
    const [part] = parts;
    return `${role}: ${part?.type === "text" ? part.text : part?.type === "toolCall" ? part.callId : "result"}`;
  });
/** How many messages the thread says that it has. */
export const counted = async ({ owner, ctx, threadId }: TestThread): Promise<number> =>
  (await owner.threads.get(ctx, { threadId })).messages;
