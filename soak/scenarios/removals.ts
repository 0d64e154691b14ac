import { pause } from "../desk.js";
import type { Script } from "../script.js";
import { WAITING_STEPS } from "./approvals.js";
import { askingScripts } from "./nested.js";
import { pick, randomScript } from "./randomScript.js";
import type { ExpectedRun, Random, Scenario } from "./scenario.js";

const LATEST_MS = 1_200;
const FAR_MS = 3 * 24 * 60 * 60_000;
const WORDS = 10;
const AGENTS = ["solo", "lead", "clerk"] as const;

function scriptFor(agent: (typeof AGENTS)[number], key: string, random: Random): Script {
  if (agent === "lead") return askingScripts(key, random).script;
  return agent === "clerk" ? { key, steps: WAITING_STEPS, words: WORDS } : randomScript(key, random);
}

/** A thread that is removed while a run in it is at work or waits, with others behind it; one elsewhere goes on. */
export const removal: Scenario = {
  kind: "removal",
  weight: 2,
  runs: 1,
  make: (key, random) => {
    const agent = pick(AGENTS, random);
    const first = scriptFor(agent, `${key}.first`, random);
    const [queued, later, next] = ["queued", "later", "next"].map((name) =>
      randomScript(`${key}.${name}`, random),
    );
    const afterMs = random() * LATEST_MS;
    const gone = [first, queued!, later!].map((script): ExpectedRun => ({
      ...{ script, ends: [], isOptional: true },
    }));
    const removed: string[] = [];
    return {
      runs: [...gone, { script: next!, ends: ["completed"] }],
      removed,
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        await desk.send({ threadId, script: first, agent });
        await desk.send({ threadId, script: queued! });
        await desk.send({ threadId, script: later!, startAt: (await desk.now()) + FAR_MS });
        await pause(afterMs);
        await desk.removeThread(threadId);
        removed.push(threadId);
        const elsewhere = await desk.createThread(`${key}.next`);
        await desk.ended(await desk.send({ threadId: elsewhere, script: next! }));
      },
    };
  },
};
