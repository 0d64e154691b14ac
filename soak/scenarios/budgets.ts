import { isMemoryError } from "convex-agent-memory";
import type { Desk } from "../desk.js";
import { inOrder } from "./answers.js";
import { randomScript } from "./randomScript.js";
import type { ExpectedRun, Random, Scenario } from "./scenario.js";

const EXCEEDED = "BUDGET_EXCEEDED";
/** Enough for the first call of a run, and for few after it. */
const LEAST_TOKENS = 900;
const MORE_TOKENS = 900;
/** So many questions use it up in any case. */
const MOST_QUESTIONS = 12;

/** A thread whose tokens are used up: a run under way fails, or the next one is refused. */
export const budget: Scenario = {
  kind: "budget",
  weight: 2,
  runs: 1,
  make: (key, random: Random) => {
    const scripts = Array.from({ length: MOST_QUESTIONS }, (_, place) =>
      randomScript(`${key}.${place}`, random),
    );
    // Which of them is the last is known when it was played.
    const runs = inOrder(scripts).map((run, place): ExpectedRun => ({ ...run, isOptional: place > 0 }));
    const limit = LEAST_TOKENS + Math.floor(random() * MORE_TOKENS);
    return {
      runs,
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        await desk.limitThread(threadId, limit);
        for (const run of runs) if (await isStopped(desk, threadId, run)) return;
        throw new Error(`${limit} tokens were enough for ${MOST_QUESTIONS} questions`);
      },
    };
  },
};

async function isStopped(desk: Desk, threadId: string, run: ExpectedRun): Promise<boolean> {
  try {
    const state = await desk.ended(await desk.send({ threadId, script: run.script }));
    if (state === "failed") Object.assign(run, { ends: ["failed"], code: EXCEEDED });
    return state === "failed";
  } catch (error) {
    if (!isMemoryError(error, EXCEEDED)) throw error;
    return true;
  }
}
