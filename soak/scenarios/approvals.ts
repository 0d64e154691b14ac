import type { Choice, Desk } from "../desk.js";
import { callIdOf, type AskedTool, type Script } from "../script.js";
import { pick } from "./randomScript.js";
import type { CallEnd, Random, Scenario } from "./scenario.js";

const WORDS = 10;
const CHOICES = ["approve", "approve", "edit", "deny"] as const;

/** Calls that wait for somebody, beside others that do not, results that come later, and what nobody comes to. */
export const WAITING_STEPS: AskedTool[][] = [
  ["sign", "look", "sign"],
  ["wait", "note"],
  ["sign", "wait"],
  ["hurry", "look", "fade"],
];

/** What somebody will do about each call that waits; nothing about some. */
export function chooseFor({ key, steps }: Script, random: Random): Map<string, Choice> {
  const chosen = new Map<string, Choice>();
  for (const [step, tools] of steps.entries())
    for (const [index, tool] of tools.entries()) {
      if (tool === "sign") chosen.set(callIdOf(key, step, index), pick(CHOICES, random));
      if (tool === "wait") chosen.set(callIdOf(key, step, index), "answer");
    }
  return chosen;
}

/** How the calls of a script must end when somebody chose so. */
export function endsOf({ key, steps }: Script, chosen: Map<string, Choice>): Record<string, CallEnd> {
  const ends: Record<string, CallEnd> = {};
  for (const [step, tools] of steps.entries())
    for (const [index, tool] of tools.entries()) {
      const callId = callIdOf(key, step, index);
      const choice = chosen.get(callId);
      if (choice !== undefined) ends[callId] = choice === "deny" ? "denied" : "done";
      if (tool === "hurry") ends[callId] = "expired";
      if (tool === "fade") ends[callId] = "unanswered";
    }
  return ends;
}

/**
 * Somebody who looks now and then, and does what is to be done, until the run is somewhere else: `left` where it waits
 * and nothing is to be done, because an action died before it had asked.
 */
export function attend(
  desk: Desk,
  { runId, chosen }: { runId: string; chosen: Map<string, Choice> },
  isThere: (state: string | null) => boolean,
): Promise<string | null> {
  const look = async () => {
    const waiting = await desk.listWaiting(runId);
    for (const { callId } of waiting) {
      const choice = chosen.get(callId);
      if (choice !== undefined) await desk.decide({ runId, callId, choice });
    }
    const state = await desk.stateOf(runId);
    return waiting.length === 0 && isWaiting(state) ? "left" : state;
  };
  return desk.until(look, isThere);
}

export const isWaiting = (state: string | null): boolean =>
  state === "awaitingApproval" || state === "awaitingResult";

/** A run that waits for people. */
export const approval: Scenario = {
  kind: "approval",
  weight: 2,
  runs: 1,
  make: (key, random) => {
    const script: Script = { key, steps: WAITING_STEPS, words: WORDS };
    const chosen = chooseFor(script, random);
    return {
      runs: [{ script, ends: ["completed"], decided: endsOf(script, chosen) }],
      play: async (desk) => {
        const threadId = await desk.createThread(key);
        const runId = await desk.send({ threadId, script, agent: "clerk" });
        await attend(desk, { runId, chosen }, (state) => state === "completed" || state === "failed");
      },
    };
  },
};
