import type { ContextExplanation } from "convex-agent-memory";
import { listName } from "../../../text/recallLists.js";

export type Section = ContextExplanation["sections"][number];
export type Item = Section["items"][number];

/** What stands in a section, for people, and its colour in the bar. */
const SECTIONS: Readonly<Record<string, { title: string; color: string }>> = {
  instructions: { title: "Instructions and tools", color: "var(--mantine-color-gray-5)" },
  blocks: { title: "Memory blocks", color: "var(--mantine-color-grape-5)" },
  summary: { title: "Summary of older messages", color: "var(--mantine-color-cyan-6)" },
  tail: { title: "Earlier messages", color: "var(--mantine-color-blue-5)" },
  recalled: { title: "Recalled for this prompt", color: "var(--mantine-color-orange-5)" },
  prompt: { title: "The prompt", color: "var(--mantine-color-indigo-6)" },
  run: { title: "This run so far", color: "var(--mantine-color-teal-6)" },
};

export const titleOfSection = (name: string): string => SECTIONS[name]?.title ?? name;
export const colorOfSection = (name: string): string =>
  SECTIONS[name]?.color ?? "var(--mantine-color-gray-5)";

const REASONS: Readonly<Record<string, string>> = {
  budget: "all sections together were full",
  cap: "this section's own budget was full",
  opening: "it would have begun in the middle of an answer",
  unpaired: "a call stood without its result, or a result without its call",
  shown: "it stands among the messages anyway",
};

export const whyLeftOut = (reason: string): string => REASONS[reason] ?? reason;

/** Where an item stood in each list that found it: "no. 1 by meaning". */
export const rankWords = (ranks: Item["ranks"] = {}): string =>
  Object.entries(ranks)
    .map(([list, rank]) => `no. ${rank} ${listName(list).toLowerCase()}`)
    .join("; ");

/** The same item in two contexts. */
export const itemKey = ({ kind, id = "", place, version = 0 }: Item): string =>
  place === undefined ? `${kind} ${id} ${version}` : `message ${place.turn}.${place.step}`;
