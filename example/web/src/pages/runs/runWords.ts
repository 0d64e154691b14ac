import type { Run } from "convex-agent-memory";
import { momentWords, UNKNOWN } from "../../shell/formats.js";

/** How a run stands, as the list of runs groups it. */
export type RunGroup = "waiting" | "active" | "queued" | "ended";

export const GROUPS: readonly { group: RunGroup; title: string; about: string }[] = [
  { group: "waiting", title: "Waiting", about: "For a person, a budget, a rate limit or a time" },
  { group: "active", title: "Active", about: "At work now" },
  { group: "queued", title: "Queued", about: "Behind another run of their conversation, or for later" },
  { group: "ended", title: "Ended", about: "The latest" },
];

export function groupOf({ state, waitsUntil }: Pick<Run, "state" | "waitsUntil">): RunGroup {
  switch (state.kind) {
    case "awaitingApproval":
    case "awaitingResult":
      return "waiting";
    case "queued":
      return "queued";
    case "running":
      return waitsUntil === undefined ? "active" : "waiting";
    default:
      return "ended";
  }
}

/** A state in a word, and the colour that it has everywhere. */
export function stateWords({ state, waitsUntil }: Pick<Run, "state" | "waitsUntil">): {
  word: string;
  color: string;
} {
  switch (state.kind) {
    case "queued":
      return { word: "Queued", color: "gray" };
    case "running":
      return waitsUntil === undefined
        ? { word: "Running", color: "indigo" }
        : { word: "Waiting", color: "yellow" };
    case "awaitingApproval":
      return { word: "Needs approval", color: "yellow" };
    case "awaitingResult":
      return { word: "Needs an answer", color: "yellow" };
    case "completed":
      return { word: "Completed", color: "teal" };
    case "failed":
      return { word: "Failed", color: "red" };
    case "canceled":
      return { word: "Canceled", color: "gray" };
  }
}

/** What a run waits for, in a sentence; null where it waits for nothing. */
export function waitSentence({ state, waitsUntil, waitsFor }: Run): string | null {
  if (state.kind === "awaitingApproval") return "It waits for somebody to decide about a tool.";
  if (state.kind === "awaitingResult") return "It waits for a result that comes from outside.";
  if (state.kind === "queued")
    return state.startAt === undefined
      ? "It waits for its turn: another run has the conversation."
      : `It starts ${momentWords(state.startAt)}.`;
  if (waitsUntil === undefined) return null;
  return waitsFor === "budget"
    ? `A budget is spent. It goes on by itself when that begins anew, ${momentWords(waitsUntil)}.`
    : `A rate limit is used up. It goes on by itself ${momentWords(waitsUntil)}.`;
}

/** How long a run took, or has taken by now. */
export const runMs = ({ state, startedAt }: Run, now: number): number =>
  Math.max(0, ("endedAt" in state ? state.endedAt : now) - startedAt);

const ENDS: Readonly<Record<string, string>> = {
  stop: "its answer",
  "tool-calls": "a call of tools",
  length: "the most tokens it may write",
  "content-filter": "a refusal by its provider",
  error: "an error",
};

/** What a call of a model ended with. */
export const endWords = (finishReason: string | undefined): string =>
  finishReason === undefined ? UNKNOWN : (ENDS[finishReason] ?? finishReason);
