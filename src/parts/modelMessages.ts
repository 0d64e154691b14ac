import type {
  AssistantModelMessage,
  ModelMessage,
  ProviderMetadata,
  ToolModelMessage,
  ToolResultPart,
  UserModelMessage,
} from "ai";
import type { Part } from "../validators/content.js";
import type { Message } from "../validators/message.js";
import type { ModelOptions } from "./codec.js";
import { providerOptions } from "./provider.js";
import { partToModel } from "./partToModel.js";
import { pairTools, type ToolPairs } from "./toolPairs.js";
import { interruptedResult } from "./toolResult.js";

type UserContent = Exclude<UserModelMessage["content"], string>;
type AnswerContent = Exclude<AssistantModelMessage["content"], string>;
type ToolContent = ToolModelMessage["content"];
type AnswerMessage = AssistantModelMessage | ToolModelMessage;
/** `isLast`: nothing was said since, so that what is still open may yet be answered. */
type Rendering = { pairs: ToolPairs; options: ModelOptions; isLast: boolean };

/**
 * Stored messages, in order, as the AI SDK gives them to a model. Answers that are being written or have failed are
 * left out. Each call is followed by its result: a call without one gets a result that says it was interrupted, a
 * result without its call is left out. Answers to a provider's question stand right behind it; a call that it asked
 * about, and nobody answered before the talk went on, is left out. Of a shortened part the model sees the start and how long the whole is.
 *
 * System messages come as such: the SDK takes them with `allowSystemInMessages` only.
 *
 * @example await generateText({ model, messages: toModelMessages(context) });
 */
export function toModelMessages(messages: readonly Message[], options: ModelOptions = {}): ModelMessage[] {
  const shown = messages.filter(({ state }) => state.kind === "complete");
  const rendering = { pairs: pairTools(shown), options, isLast: false };
  return shown.flatMap((message): ModelMessage[] => {
    switch (message.role) {
      case "system":
        return systemMessages(message.parts);
      case "user":
        return userMessages(message.parts, options);
      case "assistant":
        return answerMessages(message.parts, { ...rendering, isLast: message === shown.at(-1) });
      case "tool":
        return toolMessages(message.parts.flatMap((part) => resultOfProvider(part, rendering)));
    }
  });
}

function systemMessages(parts: readonly Part[]): ModelMessage[] {
  const texts = parts.flatMap((part) => (part.type === "text" ? [part] : []));
  const content = texts.map(({ text }) => text).join("\n");
  const options = Object.assign(
    {},
    ...texts.map((part) => providerOptions(part).providerOptions ?? {}),
  ) as ProviderMetadata;
  if (content === "") return [];
  return [
    { role: "system", content, ...(Object.keys(options).length === 0 ? {} : { providerOptions: options }) },
  ];
}

function userMessages(parts: readonly Part[], options: ModelOptions): UserModelMessage[] {
  const content = parts.flatMap((part): UserContent => {
    const shown = partToModel(part, options);
    return shown?.type === "text" || shown?.type === "file" ? [shown] : [];
  });
  return content.length === 0 ? [] : [{ role: "user", content }];
}

/** An answer, and behind it what was decided about its calls and the results of those that it asks of us, in their order. */
function answerMessages(parts: readonly Part[], rendering: Rendering): AnswerMessage[] {
  const kept = parts.filter((part) => !isForgotten(part, rendering));
  const content = kept.flatMap((part) => answerContent(part, rendering));
  if (content.length === 0) return [];
  const decisions = kept.flatMap((part) => decisionOf(part, rendering));
  const results = kept.flatMap((part) => resultOfCall(part, rendering));
  return [{ role: "assistant", content }, ...toolMessages([...decisions, ...results])];
}

const toolMessages = (content: ToolContent): ToolModelMessage[] =>
  content.length === 0 ? [] : [{ role: "tool", content }];

/** A question of a provider that nobody answered before the talk went on, and the call that it was about. */
function isForgotten(part: Part, { pairs, isLast }: Rendering): boolean {
  if (isLast) return false;
  if (part.type === "approvalRequest") return !pairs.responseOf.has(part);
  if (part.type !== "toolCall" || part.providerExecuted !== true) return false;
  const approval = pairs.approvalOf.get(part);
  return approval !== undefined && approval.response === undefined && !pairs.resultOf.has(part);
}

function answerContent(part: Part, rendering: Rendering): AnswerContent {
  if (part.type === "toolResult") return resultOfProvider(part, rendering);
  const shown = partToModel(part, rendering.options);
  return shown === null || shown.type === "tool-approval-response" ? [] : [shown];
}

function decisionOf(part: Part, { pairs, options }: Rendering): ToolContent {
  const response = pairs.responseOf.get(part);
  const shown = response === undefined ? null : partToModel(response, options);
  return shown?.type === "tool-approval-response" ? [shown] : [];
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
