import { pause } from "../desk.js";
import { randomScript } from "./randomScript.js";
import type { ExpectedRun, Scenario } from "./scenario.js";

const LATEST_MS = 1_500;
const FAR_MS = 3 * 24 * 60 * 60_000;

/** A run that is to start later, one that has the thread meanwhile, and one that is called off. */
export const appointment: Scenario = {
  kind: "appointment",
  weight: 2,
  runs: 3,
  make: (key, random) => {
    const [later, now, never] = ["later", "now", "never"].map((name) =>
      randomScript(`${key}.${name}`, random),
    );
    const inMs = random() * LATEST_MS;
    const waitMs = random() * LATEST_MS;
    const laterRun: ExpectedRun = { script: later!, ends: ["completed"] };
    return {
      runs: [
        laterRun,
        { script: now!, ends: ["completed"] },
        { script: never!, ends: ["canceled"], startAt: Infinity },
      ],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        const startAt = (laterRun.startAt = (await desk.now()) + inMs);
        const laterId = await desk.send({ threadId, script: later!, startAt });
        const neverId = await desk.send({ threadId, script: never!, startAt: startAt + FAR_MS });
        const nowId = await desk.send({ threadId, script: now! });
        await pause(waitMs);
        await desk.cancel(neverId);
        await desk.ended(laterId);
        await desk.ended(nowId);
      },
    };
  },
};
