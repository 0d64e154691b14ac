import { api } from "../api.js";
import { promptOf } from "../script.js";
import { inOrder } from "./answers.js";
import { randomScript } from "./randomScript.js";
import type { Scenario } from "./scenario.js";

/** The app's own workflow with two agents, and a decision between them. */
export const brief: Scenario = {
  kind: "brief",
  weight: 2,
  runs: 2,
  make: (key, random) => {
    const [research, writing] = ["research", "writing"].map((name) => randomScript(`${key}.${name}`, random));
    return {
      runs: inOrder([research!, writing!]),
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        const prompts = { research: promptOf(research!), writing: promptOf(writing!) };
        await desk.mutation(api.brief.start, { ...desk.as, threadId, operationId: key, ...prompts });
        const read = () => desk.query(api.brief.stateOf, { operationId: key });
        const waited = await desk.until(read, (state) => state !== "researching");
        if (waited !== "waiting") return;
        await desk.mutation(api.brief.decide, { operationId: key });
        await desk.until(read, (state) => state === "completed" || state === "failed");
      },
    };
  },
};
