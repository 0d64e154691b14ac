import { isMemoryError } from "convex-agent-memory";
import { api } from "../api.js";
import type { Choice, Desk } from "../desk.js";
import { promptOf, type AskedTool, type Script } from "../script.js";
import { attend, chooseFor, endsOf, isWaiting } from "./approvals.js";
import { randomScript } from "./randomScript.js";
import type { Scenario } from "./scenario.js";

const WORDS = 10;

type Asking = { threadId: string; script: Script; streaming: boolean };

/** Asks in an action; when a host dies on it the desk asks again, which takes up what was left. */
export const ask = (desk: Desk, { script, ...asked }: Asking): Promise<{ runId: string; state: string }> =>
  desk.action(api.quick.answer, {
    ...desk.as,
    ...asked,
    prompt: promptOf(script),
    operationId: script.key,
  });

/** A question, answered inside the action that asks. */
export const inAction: Scenario = {
  kind: "inAction",
  weight: 3,
  runs: 1,
  make: (key, random) => {
    const script = randomScript(key, random);
    const streaming = random() < 0.5;
    return {
      runs: [{ script, ends: ["completed"] }],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        await ask(desk, { threadId, script, streaming });
      },
    };
  },
};

const STEPS: AskedTool[][] = [
  ["sign", "look"],
  ["note", "wait"],
  ["hurry", "fade"],
];

/** Goes on with a run when what it waits for is there, until it has its answer. */
async function goOn(
  desk: Desk,
  { chosen, ...asked }: Asking & { chosen: Map<string, Choice> },
): Promise<void> {
  const { runId, ...first } = await ask(desk, asked);
  for (let state: string = first.state; isWaiting(state);) {
    if ((await attend(desk, { runId, chosen }, (now) => !isWaiting(now))) === "left") {
      state = (await ask(desk, asked)).state; // only who knows that the action is dead may take the run over
      continue;
    }
    const resumed = { ...desk.as, runId, streaming: asked.streaming };
    state = await desk.action(api.quick.goOn, resumed).catch(async (error: unknown) => {
      // The desk has asked twice, because a host died on it: only who knows that may take the run over.
      if (isMemoryError(error, "RUN_ACTIVE")) return (await ask(desk, asked)).state;
      throw error;
    });
  }
}

/** A run inside actions that waits for people in between. */
export const pausing: Scenario = {
  kind: "pausing",
  weight: 2,
  runs: 1,
  make: (key, random) => {
    const script: Script = { key, steps: STEPS, words: WORDS };
    const chosen = chooseFor(script, random);
    const streaming = random() < 0.5;
    return {
      runs: [{ script, ends: ["completed"], decided: endsOf(script, chosen) }],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        await goOn(desk, { threadId, script, streaming, chosen });
      },
    };
  },
};
