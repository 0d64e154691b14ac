import { pause } from "../desk.js";
import { promptOf } from "../script.js";
import { randomScript } from "./randomScript.js";
import type { Scenario } from "./scenario.js";

const LATEST_MS = 900;

/** A run that is canceled at any moment, and one in the same thread after it, which must not notice. */
export const cancel: Scenario = {
  kind: "cancel",
  weight: 2,
  runs: 2,
  make: (key, random) => {
    const [canceled, after] = ["canceled", "after"].map((name) => randomScript(`${key}.${name}`, random));
    const afterMs = random() * LATEST_MS;
    return {
      runs: [
        { script: canceled!, ends: ["canceled", "completed"] },
        { script: after!, ends: ["completed"] },
      ],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        const send = (script: typeof after) =>
          desk.send({ threadId, prompt: promptOf(script!), operationId: script!.key });
        const runId = await send(canceled);
        await pause(afterMs);
        await desk.cancel(runId);
        await desk.ended(runId);
        await desk.ended(await send(after));
      },
    };
  },
};
