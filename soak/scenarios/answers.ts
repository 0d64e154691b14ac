import type { Script } from "../script.js";
import { randomScript } from "./randomScript.js";
import type { ExpectedRun, Scenario } from "./scenario.js";

/** A question, answered with tools. */
export const answer: Scenario = {
  kind: "answer",
  weight: 5,
  runs: 1,
  make: (key, random) => {
    const script = randomScript(key, random);
    return {
      runs: [{ script, ends: ["completed"] }],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        await desk.ended(await desk.send({ threadId, script }));
      },
    };
  },
};

/** Runs that are answered one after the other, in this order. */
export const inOrder = (scripts: readonly Script[]): ExpectedRun[] =>
  scripts.map((script, place) => ({ script, ends: ["completed"], after: scripts[place - 1]?.key }));

/** Three questions in one thread, each when the one before is answered. */
export const conversation: Scenario = {
  kind: "conversation",
  weight: 2,
  runs: 3,
  make: (key, random) => {
    const scripts = [1, 2, 3].map((place) => randomScript(`${key}.${place}`, random));
    return {
      runs: inOrder(scripts),
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        for (const script of scripts) await desk.ended(await desk.send({ threadId, script }));
      },
    };
  },
};
