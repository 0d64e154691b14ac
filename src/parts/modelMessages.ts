import type {
  AssistantModelMessage,
  ModelMessage,
  ToolModelMessage,
  ToolResultPart,
  UserModelMessage,
} from "ai";
import type { Part } from "../validators/content.js";
import type { Message } from "../validators/message.js";
import type { ModelOptions, ModelPart } from "./codec.js";
import { partToModel } from "./registry.js";
import { pairTools, type ToolPairs } from "./toolPairs.js";
import { interruptedResult } from "./toolResult.js";

type UserContent = Exclude<UserModelMessage["content"], string>;
type AnswerMessage = AssistantModelMessage | ToolModelMessage;
type Rendering = { pairs: ToolPairs; options: ModelOptions };

/**
 * Stored messages, in order, as the AI SDK gives them to a model. Answers that are being written or have failed are
 * left out. Each call is followed by its result: a call without one gets a result that says it was interrupted, a
 * result without its call is left out. Of a shortened part the model sees the start and how long the whole is.
 *
 * System messages come as such: the SDK takes them with `allowSystemInMessages` only.
 *
 * @example await generateText({ model, messages: toModelMessages(context) });
 */
export function toModelMessages(messages: readonly Message[], options: ModelOptions = {}): ModelMessage[] {
  const shown = messages.filter(({ state }) => state.kind === "complete");
  const rendering = { pairs: pairTools(shown), options };
  return shown.flatMap((message): ModelMessage[] => {
    switch (message.role) {
      case "system":
        return systemMessages(message.parts);
      case "user":
        return userMessages(message.parts, options);
      case "assistant":
        return answerMessages(message.parts, rendering);
      case "tool":
        return toolMessages(message.parts.flatMap((part) => resultOfProvider(part, rendering)));
    }
  });
}

function systemMessages(parts: readonly Part[]): ModelMessage[] {
  const content = parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
  return content === "" ? [] : [{ role: "system", content }];
}

function userMessages(parts: readonly Part[], options: ModelOptions): UserModelMessage[] {
  const content = parts.flatMap((part): UserContent => {
    const shown = partToModel(part, options);
    return shown?.type === "text" || shown?.type === "file" ? [shown] : [];
  });
  return content.length === 0 ? [] : [{ role: "user", content }];
}

/** An answer, and behind it the results of the calls that it asks of us, in their order. */
function answerMessages(parts: readonly Part[], rendering: Rendering): AnswerMessage[] {
  const content = parts.flatMap((part) => answerContent(part, rendering));
  if (content.length === 0) return [];
  const results = parts.flatMap((part) => resultOfCall(part, rendering));
  return [{ role: "assistant", content }, ...toolMessages(results)];
}

const toolMessages = (results: ToolResultPart[]): ToolModelMessage[] =>
  results.length === 0 ? [] : [{ role: "tool", content: results }];

function answerContent(part: Part, rendering: Rendering): ModelPart[] {
  if (part.type === "toolResult") return resultOfProvider(part, rendering);
  const shown = partToModel(part, rendering.options);
  return shown === null ? [] : [shown];
}

/** What a provider ran itself stays where it came: providers look for it there. */
function resultOfProvider(part: Part, { pairs, options }: Rendering): ToolResultPart[] {
  if (pairs.callOf.get(part)?.providerExecuted !== true) return [];
  const shown = partToModel(part, options);
  return shown?.type === "tool-result" ? [shown] : [];
}

/** What we ran stands right behind its call, or the providers refuse the conversation. */
function resultOfCall(part: Part, { pairs, options }: Rendering): ToolResultPart[] {
  if (part.type !== "toolCall" || part.providerExecuted === true) return [];
  const shown = partToModel(pairs.resultOf.get(part) ?? interruptedResult(part), options);
  return shown?.type === "tool-result" ? [shown] : [];
}
