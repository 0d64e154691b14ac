import { pause } from "../desk.js";
import { randomScript } from "./randomScript.js";
import type { ExpectedRun, Scenario } from "./scenario.js";

const LATEST_MS = 500;
const MESSAGES = 2;

/** A run that is told more while it is under way. */
export const steering: Scenario = {
  kind: "steering",
  weight: 2,
  runs: 1,
  make: (key, random) => {
    const script = randomScript(key, random);
    const waits = Array.from({ length: MESSAGES }, () => random() * LATEST_MS);
    const run: ExpectedRun = { script, ends: ["completed"], heard: [] };
    return {
      runs: [run],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        const runId = await desk.send({ threadId, script });
        for (const [place, ms] of waits.entries()) {
          await pause(ms);
          const prompt = `Mind ${key}, ${place}.`;
          const isTaken = await desk.steer({ runId, prompt, operationId: `${key}:${place}` });
          if (isTaken) run.heard?.push(prompt);
        }
        await desk.ended(runId);
      },
    };
  },
};
