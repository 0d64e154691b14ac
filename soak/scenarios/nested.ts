import { pause } from "../desk.js";
import { askedScript, ASK_TOOL, type Script } from "../script.js";
import { pick } from "./randomScript.js";
import type { Random, Scenario } from "./scenario.js";

const WORDS = 12;

const CANCELED_LATEST_MS = 1_500;

export function askingScripts(key: string, random: Random): { script: Script; asked: Script[] } {
  const own = pick(["look", "note", "slow"] as const, random);
  const script: Script = { key, steps: [[own], [ASK_TOOL, ASK_TOOL, own]], words: WORDS };
  return { script, asked: [0, 1].map((index) => askedScript(key, 1, index)) };
}

/** An agent that asks another, twice at once, between steps of its own. */
export const nested: Scenario = {
  kind: "nested",
  weight: 2,
  runs: 3,
  make: (key, random) => {
    const { script, asked } = askingScripts(key, random);
    return {
      runs: [script, ...asked].map((played) => ({ script: played, ends: ["completed"] })),
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        await desk.ended(await desk.send({ threadId, script, agent: "lead" }));
      },
    };
  },
};

/** An agent that is stopped at any moment, and those that it asked with it. */
export const nestedCancel: Scenario = {
  kind: "nestedCancel",
  weight: 1,
  runs: 1,
  make: (key, random) => {
    const { script, asked } = askingScripts(key, random);
    const afterMs = random() * CANCELED_LATEST_MS;
    const ends = ["canceled" as const, "completed" as const];
    return {
      runs: [{ script, ends }, ...asked.map((played) => ({ script: played, ends, isOptional: true }))],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        const runId = await desk.send({ threadId, script, agent: "lead" });
        await pause(afterMs);
        await desk.cancel(runId);
        await desk.ended(runId);
      },
    };
  },
};
