import { pause, type Desk } from "../desk.js";
import type { Script } from "../script.js";
import { randomScript } from "./randomScript.js";
import type { Random, Scenario } from "./scenario.js";

const LATEST_MS = 900;

/** A run that is stopped at any moment, and one in the same thread after it, which must not notice. */
function twoRuns(key: string, random: Random) {
  const stopped = randomScript(`${key}.stopped`, random);
  const next = randomScript(`${key}.next`, random);
  const afterMs = random() * LATEST_MS;
  const runs = [
    { script: stopped, ends: ["canceled" as const, "completed" as const] },
    { script: next, ends: ["completed" as const], after: stopped.key },
  ];
  return { stopped, next, afterMs, runs };
}

/** What a user does after a while with a run under way; `next` is what they ask then. */
type Play = (desk: Desk, under: { threadId: string; runId: string; next: Script }) => Promise<void>;

const stopping = (kind: string, play: Play): Scenario => ({
  kind,
  weight: 2,
  runs: 2,
  make: (key, random) => {
    const { stopped, next, afterMs, runs } = twoRuns(key, random);
    return {
      runs,
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        const runId = await desk.send({ threadId, script: stopped });
        await pause(afterMs);
        await play(desk, { threadId, runId, next });
      },
    };
  },
});

/** A user stops a run, and asks something else. */
export const cancel = stopping("cancel", async (desk, { threadId, runId, next }) => {
  await desk.cancel(runId);
  await desk.ended(runId);
  await desk.ended(await desk.send({ threadId, script: next }));
});

/** A user asks something else while a run is under way, and does not want to wait. */
export const interrupt = stopping("interrupt", async (desk, { threadId, runId, next }) => {
  await desk.ended(await desk.send({ threadId, script: next, whileRunning: "interrupt" }));
  await desk.ended(runId);
});
