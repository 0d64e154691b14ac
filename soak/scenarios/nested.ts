import { askedScript, ASK_TOOL, type Script } from "../script.js";
import { pick } from "./randomScript.js";
import type { Scenario } from "./scenario.js";

const WORDS = 12;

/** An agent that asks another, twice at once, between steps of its own. */
export const nested: Scenario = {
  kind: "nested",
  weight: 2,
  runs: 3,
  make: (key, random) => {
    const own = pick(["look", "note", "slow"] as const, random);
    const script: Script = { key, steps: [[own], [ASK_TOOL, ASK_TOOL, own]], words: WORDS };
    const asked = [0, 1].map((index) => askedScript(key, 1, index));
    return {
      runs: [script, ...asked].map((played) => ({ script: played, ends: ["completed"] })),
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        await desk.ended(await desk.send({ threadId, script, agent: "lead" }));
      },
    };
  },
};
