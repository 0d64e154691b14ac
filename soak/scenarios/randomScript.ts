import { TOOL_NAMES, type Script } from "../script.js";
import type { Random } from "./scenario.js";

const MOST_STEPS_WITH_TOOLS = 4;
const MOST_TOOLS = 3;
const WORDS = { least: 8, more: 40 };

export const pick = <Item>(items: readonly Item[], random: Random): Item =>
  items[Math.floor(random() * items.length)]!;

/** One to five steps, with up to three tools at once. */
export function randomScript(key: string, random: Random): Script {
  const count = Math.floor(random() * (MOST_STEPS_WITH_TOOLS + 1));
  const steps = Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(random() * MOST_TOOLS) }, () => pick(TOOL_NAMES, random)),
  );
  return { key, steps, words: WORDS.least + Math.floor(random() * WORDS.more) };
}
