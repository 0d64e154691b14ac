import { isMemoryError } from "convex-agent-memory";
import type { Desk } from "../desk.js";
import type { ProviderFault, Script } from "../script.js";
import { ask } from "./actions.js";
import { inOrder } from "./answers.js";
import { pick, randomScript } from "./randomScript.js";
import type { Random, Scenario } from "./scenario.js";

const PLACES = ["first", "middle", "last"] as const;
const MOST_FAILURES = 2;

function failing(key: string, random: Random, more: Pick<ProviderFault, "times"> = {}): Script {
  const script = randomScript(key, random);
  const step = Math.floor(random() * (script.steps.length + 1));
  return { ...script, fault: { step, at: pick(PLACES, random), ...more } };
}

/** A provider that fails once or twice and is well again: the step is tried again, and no other. */
export const flaky: Scenario = {
  kind: "flaky",
  weight: 2,
  runs: 1,
  make: (key, random) => {
    const script = failing(key, random, { times: 1 + Math.floor(random() * MOST_FAILURES) });
    return {
      runs: [{ script, ends: ["completed"] }],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        await desk.ended(await desk.send({ threadId, script }));
      },
    };
  },
};

/** In an action the failure is thrown, also to who asks again. */
async function askInVain(desk: Desk, asked: Parameters<typeof ask>[1]): Promise<void> {
  try {
    await ask(desk, asked);
  } catch (error) {
    if (!isMemoryError(error, "MODEL_FAILED")) throw error;
  }
}

/** A provider that refuses, which ends the run as failed; the next one in the thread must not notice. */
export const broken: Scenario = {
  kind: "broken",
  weight: 1,
  runs: 2,
  make: (key, random) => {
    const refused = failing(`${key}.refused`, random);
    const next = randomScript(`${key}.next`, random);
    const [first, second] = inOrder([refused, next]);
    const [isInAction, streaming] = [random() < 0.5, random() < 0.5];
    return {
      runs: [{ ...first!, ends: ["failed"], code: "MODEL_FAILED" }, second!],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        if (isInAction) await askInVain(desk, { threadId, script: refused, streaming });
        else await desk.ended(await desk.send({ threadId, script: refused }));
        await desk.ended(await desk.send({ threadId, script: next }));
      },
    };
  },
};
