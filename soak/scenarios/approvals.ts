import type { Desk } from "../desk.js";
import { callIdOf, type AskedTool, type Script } from "../script.js";
import { can } from "./abilities.js";
import { pick } from "./randomScript.js";
import type { Random, Scenario } from "./scenario.js";

const WORDS = 10;
const CHOICES = ["approve", "approve", "edit", "deny"] as const;
type Choice = (typeof CHOICES)[number] | "answer";

/** Calls that wait for somebody, beside others that do not, and results that come later. */
const STEPS: AskedTool[][] = [
  ["sign", "look", "sign"],
  ["wait", "note"],
  ["sign", "wait"],
];

/** What somebody will do about each call that waits. */
function chooseFor({ key, steps }: Script, random: Random): Map<string, Choice> {
  const chosen = new Map<string, Choice>();
  for (const [step, tools] of steps.entries())
    for (const [index, tool] of tools.entries()) {
      if (tool === "sign") chosen.set(callIdOf(key, step, index), pick(CHOICES, random));
      if (tool === "wait") chosen.set(callIdOf(key, step, index), "answer");
    }
  return chosen;
}

/** Somebody who looks now and then, and does what is to be done. */
async function attend(desk: Desk, runId: string, chosen: Map<string, Choice>): Promise<void> {
  const look = async () => {
    for (const { callId } of await desk.listWaiting(runId))
      await desk.decide({ runId, callId, choice: chosen.get(callId) ?? "approve" });
    return await desk.stateOf(runId);
  };
  await desk.until(look, (state) => state === "completed" || state === "failed");
}

/** A run that waits for people. */
export const approval: Scenario = {
  kind: "approval",
  weight: 2,
  runs: 1,
  isAvailable: () => can("runs", "decide"),
  make: (key, random) => {
    const script: Script = { key, steps: STEPS, words: WORDS };
    const chosen = chooseFor(script, random);
    const ends = [...chosen].map(
      ([callId, choice]) => [callId, choice === "deny" ? "denied" : "done"] as const,
    );
    return {
      runs: [{ script, ends: ["completed"], decided: Object.fromEntries(ends) }],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        await attend(desk, await desk.send({ threadId, script, agent: "clerk" }), chosen);
      },
    };
  },
};
