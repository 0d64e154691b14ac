import { randomScript } from "./randomScript.js";
import type { Scenario } from "./scenario.js";

/** A run that waits while its module is renamed: it fails with the decision, and the one behind it goes on. */
export const moved: Scenario = {
  kind: "moved",
  weight: 1,
  runs: 2,
  make: (key, random) => {
    const script = { key: `${key}.moved`, steps: [["sign" as const]], words: 5 };
    const next = randomScript(`${key}.next`, random);
    let runIds: string[] = [];
    return {
      runs: [
        { script, ends: ["failed"], code: "RUN_CODE_MOVED" },
        { script: next, ends: ["completed"], after: script.key },
      ],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        const runId = await desk.send({ threadId, script, agent: "mover" });
        await desk.until(
          () => desk.stateOf(runId),
          (state) => state === "awaitingApproval",
        );
        runIds = [runId, await desk.send({ threadId, script: next, whileRunning: "queue" })];
      },
      playMoved: async (desk) => {
        const [runId = ""] = runIds;
        for (const { callId } of await desk.listWaiting(runId))
          await desk.decide({ runId, callId, choice: "approve" });
        for (const each of runIds) await desk.ended(each);
        await desk.clearWorkflow(runId);
      },
    };
  },
};
