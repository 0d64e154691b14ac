import type { BoundMemory } from "../../src/client/index.js";
import type { WhileRunning } from "../../src/validators/runDriving.js";
import { aThread, text, type TestThread } from "./aMemory.js";
import { used } from "./turns.js";

export type Asking = {
  as?: BoundMemory;
  whileRunning?: WhileRunning;
  operationId?: string;
  promptMessageId?: string;
  engine?: "action" | "durable";
};

function acts({ owner, ctx, threadId, inside }: TestThread) {
  const ask = (
    words: string,
    { as = owner, whileRunning = "queue", engine = "durable", ...more }: Asking = {},
  ) => {
    const prompt = more.promptMessageId === undefined ? { prompt: [text(words)] } : {};
    const turn = { threadId, agentName: "helper", engine, stream: true, recall: true, whileRunning };
    return as.turns.begin(ctx, { ...turn, ...prompt, ...more });
  };
  const answer = (runId: string, words: string, as = owner) =>
    as.turns.saveStep(ctx, {
      runId,
      step: 0,
      message: { parts: [text(words)] },
      results: [],
      usage: used,
      finish: true,
    });
  const stateOf = async (runId: string) => (await owner.runs.get(ctx, { runId })).state;
  const words = async () =>
    (await owner.messages.list(ctx, { threadId, cursor: null, order: "asc", limit: 100 })).page.map(
      ({ turn, step, parts: [part] }) => `${turn}.${step} ${part?.type === "text" ? part.text : part?.type}`,
    );
  const seenBy = async (runId: string) =>
    (await owner.turns.open(ctx, { runId, step: 0 })).context.map(({ parts: [part] }) =>
      part?.type === "text" ? part.text : part?.type,
    );
  const head = () =>
    inside(async ({ db }) => {
      const row = await db.query("threadHeads").first();
      return { active: row?.activeRunId, queued: row?.queuedRuns };
    });
  return { ask, answer, stateOf, words, seenBy, head };
}

/** A thread, and what is asked and answered in it. */
export async function aQueueScene() {
  const thread = await aThread();
  return { ...thread, ...acts(thread) };
}
