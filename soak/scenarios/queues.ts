import { inOrder } from "./answers.js";
import { randomScript } from "./randomScript.js";
import type { Scenario } from "./scenario.js";

/** Three questions at once in one thread: each waits for its turn. */
export const queue: Scenario = {
  kind: "queue",
  weight: 2,
  runs: 3,
  make: (key, random) => {
    const scripts = [1, 2, 3].map((place) => randomScript(`${key}.${place}`, random));
    return {
      runs: inOrder(scripts),
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        const runIds: string[] = [];
        for (const script of scripts)
          runIds.push(await desk.send({ threadId, script, whileRunning: "queue" }));
        for (const runId of runIds) await desk.ended(runId);
      },
    };
  },
};
