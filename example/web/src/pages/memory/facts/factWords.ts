import type { Fact } from "convex-agent-memory";

export type FactStatus = Fact["state"]["kind"];

/** How a fact's state is told, and its colour. */
export const STATES: Readonly<Record<FactStatus, { label: string; color: string }>> = {
  active: { label: "Known", color: "teal" },
  candidate: { label: "To review", color: "yellow" },
  superseded: { label: "Replaced", color: "gray" },
  retracted: { label: "Withdrawn", color: "orange" },
  declined: { label: "Declined", color: "gray" },
  forgotten: { label: "Forgotten", color: "red" },
};

export const STATUSES = Object.keys(STATES) as FactStatus[];

/** What a fact says, or why it says nothing. */
export const factText = ({ text, state }: Pick<Fact, "text" | "state">): string =>
  state.kind === "forgotten" ? "Forgotten: what it said was erased." : text;

/** Who wrote it. */
export const ORIGINS: Readonly<Record<Fact["origin"], string>> = {
  agent: "An agent",
  app: "By hand",
  extraction: "Found in a conversation",
};

/** Only an open fact can be corrected, pinned or withdrawn. */
export const isOpen = ({ state }: Pick<Fact, "state">): boolean =>
  state.kind === "active" || state.kind === "candidate";

/** Why a closed fact was closed, as far as that was said. */
export function reasonOf({ state }: Pick<Fact, "state">): string | undefined {
  return "reason" in state ? state.reason : undefined;
}

/** When a fact stopped to be believed. */
export function closedAtOf({ state }: Pick<Fact, "state">): number | undefined {
  return "closedAt" in state ? state.closedAt : undefined;
}
