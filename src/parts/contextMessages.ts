import type { Instructions, ModelMessage } from "ai";
import { canonicalJson } from "../shared/canonicalJson.js";
import { renderBlocks, renderRecalled, renderSummary, type ShownBlock } from "../shared/contextTexts.js";
import { PROMPT_STEP } from "../shared/position.js";
import type { Part } from "../validators/content.js";
import type { Message } from "../validators/message.js";
import type { ModelOptions } from "./codec.js";
import { toModelMessages } from "./modelMessages.js";

/** A tool as a model is told it; `inputSchema` is a JSON schema. */
export type ToolDescription = { name: string; description: string; inputSchema: unknown };

/** What is rendered for a model. */
export type ContextContent = {
  instructions: string;
  tools: readonly ToolDescription[];
  blocks: readonly ShownBlock[];
  summary: string | null;
  messages: readonly Message[];
  /** The turn whose prompt is answered. */
  turn: number;
  /** What was recalled, each as `recalledEntry` writes it. */
  recalled: readonly string[];
};

export type RenderedContext = { instructions: string; messages: ModelMessage[] };

/** The same as it was sent: an agent may have changed it for one call. */
export type ContextSent = { instructions: Instructions; messages: ModelMessage[] };

/**
 * The instructions and messages for a model. Blocks stand behind the instructions. The summary stands in front of the
 * first message, recalled text in front of the prompt, each in the same message where that is a user's, so that roles
 * alternate: what comes before stays the same from turn to turn, which keeps a provider's prompt cache warm.
 */
export function renderContext(content: ContextContent, options: ModelOptions): RenderedContext {
  const blocks = renderBlocks(content.blocks);
  const instructions = [content.instructions, ...(blocks === null ? [] : [blocks])].join("\n\n");
  const recalled = renderRecalled(content.recalled);
  const messages = [...content.messages];
  const prompt = messages.findLastIndex(({ turn, step }) => turn === content.turn && step === PROMPT_STEP);
  const before = messages[prompt];
  if (recalled !== null && before !== undefined) messages[prompt] = inFront(before, recalled);
  if (content.summary === null) return { instructions, messages: toModelMessages(messages, options) };
  const summary = renderSummary(content.summary);
  const [first, ...rest] = messages;
  if (first?.role === "user")
    return { instructions, messages: toModelMessages([inFront(first, summary), ...rest], options) };
  const alone: ModelMessage = { role: "user", content: [{ type: "text", text: summary }] };
  return { instructions, messages: [alone, ...toModelMessages(messages, options)] };
}

const inFront = (message: Message, text: string): Message => {
  const part: Part = { type: "text", text };
  return { ...message, parts: [part, ...message.parts] };
};

/** Everything that the model is given, as one text: equal texts are equal calls. */
export const contextText = (
  { instructions, messages }: ContextSent,
  tools: readonly ToolDescription[],
): string => canonicalJson({ instructions, tools, messages });
