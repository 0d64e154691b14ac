import { fieldOf } from "../data/json.js";
import type { ToolPart } from "./parts.js";

/**
 * What a tool does, in words: while it is at it, once it is done, the field of its input that says about what, and how a
 * person is asked whether it may.
 */
type ToolWords = { doing: string; done: string; about?: string; ask?: string };

const WORDS: Readonly<Record<string, ToolWords>> = {
  search: { doing: "Searching the documents", done: "Searched the documents", about: "query" },
  read: { doing: "Reading", done: "Read", about: "key" },
  outline: { doing: "Looking at the headings of", done: "Looked at the headings of", about: "key" },
  remember: { doing: "Keeping", done: "Kept in memory", about: "text" },
  recall: { doing: "Searching memory", done: "Searched memory", about: "query" },
  updateBlock: { doing: "Changing the block", done: "Changed the block", about: "label" },
  forget: { doing: "Erasing a fact", done: "Erased a fact", ask: "Erase this for good?" },
  askResearcher: { doing: "Asking the researcher", done: "Asked the researcher", about: "prompt" },
};

/** The name of a tool that this page does not know, as words: `sendInvoice` is "Send invoice". */
function humanName(toolName: string): string {
  const words = toolName
    .replace(/[_-]+/g, " ")
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A call in a line: what it does, and about what. */
export function toolWords({ toolName, input }: Pick<ToolPart, "toolName" | "input">, isDone: boolean) {
  const words = WORDS[toolName] ?? { doing: humanName(toolName), done: humanName(toolName) };
  const about = words.about === undefined ? undefined : fieldOf(input, words.about);
  return {
    action: isDone ? words.done : words.doing,
    about: typeof about === "string" ? about : "",
  };
}

/** How a person is asked whether a tool may be used. */
export const askWords = (toolName: string): string =>
  WORDS[toolName]?.ask ?? `May this be done: ${humanName(toolName)}?`;

/** How a person is asked for what a tool cannot know. */
export const answerWords = (toolName: string): string => `Your answer is needed: ${humanName(toolName)}`;

export type ToolProgress = "running" | "asks" | "done" | "failed" | "denied";

/** How a call stands. */
export function progressOf({ state }: ToolPart): ToolProgress {
  switch (state) {
    case "approval-requested":
      return "asks";
    case "output-available":
      return "done";
    case "output-error":
      return "failed";
    case "output-denied":
      return "denied";
    case "input-streaming":
    case "input-available":
    case "approval-responded":
      return "running";
  }
}
