import { type LanguageModelV4Prompt, type LanguageModelV4ToolResultOutput } from "@ai-sdk/provider";
import { type Passage } from "./passages.js";
import { blockPassages, blocksIn, recalledPassages, unframe, type ShownBlock } from "./shownMemory.js";

/** What one tool returned: a value, or the error that took its place. */
export type ToolOutput = { toolName: string; value: unknown; error: string | null };

/** What a prompt asks now: the last user message, and what the tools returned since it. */
export type Turn = {
  question: string;
  earlierQuestion: string;
  outputs: ToolOutput[];
  earlierTexts: string[];
  /** The blocks that the instructions show, and every passage that memory shows: theirs, and what was recalled. */
  blocks: ShownBlock[];
  memory: Passage[];
};

type Message = LanguageModelV4Prompt[number];

/**
 * Reads the turn that a prompt ends with. `earlierTexts` is what was said or returned before the last user message,
 * oldest first, without instructions and without what users asked. What memory shows is a source, never the question.
 */
export function readTurn(prompt: LanguageModelV4Prompt): Turn {
  const lastUser = prompt.findLastIndex(({ role }) => role === "user");
  const asked = prompt
    .slice(0, lastUser + 1)
    .filter(({ role }) => role === "user")
    .map((message) => unframe(textOf(message)));
  const summaries = asked.map(({ summary }) => summary).filter((summary) => summary !== "");
  const said = prompt.filter(({ role }) => role !== "system" && role !== "user").flatMap(textsOf);
  const blocks = prompt
    .filter(({ role }) => role === "system")
    .flatMap((message) => blocksIn(textOf(message)));
  return {
    question: asked.at(-1)?.text ?? "",
    earlierQuestion: asked.at(-2)?.text ?? "",
    outputs: prompt.slice(lastUser + 1).flatMap(outputsOf),
    earlierTexts: [...summaries, ...said],
    blocks,
    memory: [...blockPassages(blocks), ...recalledPassages(asked.at(-1)?.recalled ?? "")],
  };
}

/** Every text of a prompt, instructions and tool inputs included: what a provider would count. */
export function promptText(prompt: LanguageModelV4Prompt): string {
  return prompt
    .map((message) => [textOf(message), inputsOf(message), ...outputTexts(message)].join("\n"))
    .join("\n");
}

function textOf(message: Message): string {
  if (message.role === "system") return message.content;
  const texts: string[] = [];
  for (const part of message.content)
    if (part.type === "text" || part.type === "reasoning") texts.push(part.text);
  return texts.join("\n");
}

function inputsOf(message: Message): string {
  if (message.role !== "assistant") return "";
  const calls = message.content.filter((part) => part.type === "tool-call");
  return calls.map((call) => JSON.stringify(call.input)).join("\n");
}

function textsOf(message: Message): string[] {
  return [textOf(message), ...outputTexts(message)].filter((text) => text.trim() !== "");
}

function outputTexts(message: Message): string[] {
  return outputsOf(message).map(
    ({ value, error }) => error ?? (typeof value === "string" ? value : JSON.stringify(value)),
  );
}

function outputsOf(message: Message): ToolOutput[] {
  if (message.role !== "tool" && message.role !== "assistant") return [];
  const outputs: ToolOutput[] = [];
  for (const part of message.content) {
    if (part.type === "tool-result") outputs.push({ toolName: part.toolName, ...valueOf(part.output) });
  }
  return outputs;
}

function valueOf(output: LanguageModelV4ToolResultOutput): { value: unknown; error: string | null } {
  switch (output.type) {
    case "text":
    case "json":
      return { value: output.value, error: null };
    case "content":
      return {
        value: output.value.flatMap((part) => (part.type === "text" ? [part.text] : [])),
        error: null,
      };
    case "error-text":
      return { value: null, error: output.value };
    case "error-json":
      return { value: null, error: JSON.stringify(output.value) };
    case "execution-denied":
      return { value: null, error: output.reason ?? "the call was denied" };
  }
}
