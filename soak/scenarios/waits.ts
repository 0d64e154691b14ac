import type { Desk } from "../desk.js";
import type { AskedTool, Script } from "../script.js";
import type { ExpectedRun, Scenario } from "./scenario.js";

const WORDS = 10;
const STEPS: AskedTool[][] = [["look"], ["note"], ["look"]];

/** Enough for some calls of the script and not for all, and for any one call in its thread: its tools are told each time. */
const TOKENS_A_DAY = 800;

/**
 * A run whose thread may spend no more today: it waits for a day that comes when all else is over, unless somebody stops
 * it, and so does the next one in its thread.
 */
export const budgetWait: Scenario = {
  kind: "budgetWait",
  weight: 1,
  runs: 2,
  make: (key, random) => {
    const first: Script = { key: `${key}.first`, steps: STEPS, words: WORDS };
    const next: Script = { key: `${key}.next`, steps: [], words: WORDS };
    const isStopped = random() < 0.5;
    const runs: ExpectedRun[] = [
      { script: first, ends: [isStopped ? "canceled" : "completed"] },
      { script: next, ends: ["completed"], after: first.key },
    ];
    return {
      runs,
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        await desk.limitThread(threadId, TOKENS_A_DAY, "day");
        const runId = await desk.send({ threadId, script: first, agent: "patient" });
        await waitsForBudget(desk, runId);
        if (isStopped) await desk.cancel(runId);
        const nextId = await desk.send({ threadId, script: next, agent: "patient", whileRunning: "queue" });
        if (isStopped) await waitsForBudget(desk, nextId);
      },
    };
  },
};

async function waitsForBudget(desk: Desk, runId: string): Promise<void> {
  const waitsFor = await desk.waiting(runId);
  if (waitsFor !== "budget")
    throw new Error(`Run ${runId} waits for ${waitsFor ?? "nothing"}, not for a budget`);
}

/** Runs at once whose model is asked by one of them at a time: the others wait for their turns. */
export const rateLimit: Scenario = {
  kind: "rateLimit",
  weight: 1,
  runs: 3,
  make: (key) => {
    const scripts = [1, 2, 3].map((place): Script => ({
      ...{ key: `${key}.${place}`, words: WORDS },
      steps: [["look"]],
    }));
    return {
      runs: scripts.map((script) => ({ script, ends: ["completed"] })),
      play: async (desk) => {
        const runIds: string[] = [];
        for (const script of scripts) {
          const threadId = await desk.createThread(script.key);
          runIds.push(await desk.send({ threadId, script, agent: "limited" }));
        }
        for (const runId of runIds) await desk.ended(runId);
      },
    };
  },
};
