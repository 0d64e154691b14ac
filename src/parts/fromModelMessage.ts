import type { AssistantModelMessage, ImagePart, ModelMessage, ToolModelMessage, UserModelMessage } from "ai";
import type { Part } from "../validators/content.js";
import type { NewMessage } from "../validators/message.js";
import type { EncodeOptions } from "./codec.js";
import { encodePart } from "./registry.js";

type UserContent = Exclude<UserModelMessage["content"], string>[number];
type AnswerContent = Exclude<AssistantModelMessage["content"], string>[number];
type ToolContent = ToolModelMessage["content"][number];

/** What an image part without a media type is. */
const ANY_IMAGE = "image/*";

/**
 * A message of the AI SDK as messages to append: a tool message becomes one for each result, as a run saves them.
 * A file whose bytes stand in the message is given to `storeFile`; without it, a text takes its place. What there is
 * no part for (approvals, custom content of a provider) is left out; a message of nothing else gives none.
 *
 * @example await memory.messages.append(ctx, { threadId, messages: history.flatMap((message) => fromModelMessage(message)) });
 */
export function fromModelMessage(message: ModelMessage, options: EncodeOptions = {}): NewMessage[] {
  const { role, content } = message;
  switch (role) {
    case "system":
      return newMessages(role, [encodePart("text", { text: content })]);
    case "user":
      return newMessages(
        role,
        asArray<UserContent>(content).map((part) => userPart(part, options)),
      );
    case "assistant":
      return newMessages(
        role,
        asArray<AnswerContent>(content).flatMap((part) => answerPart(part, options)),
      );
    case "tool":
      return content.flatMap((part) => newMessages(role, toolPart(part)));
  }
}

const asArray = <Item>(content: string | Item[]): (Item | { type: "text"; text: string })[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : content;

function newMessages(role: NewMessage["role"], parts: Part[]): NewMessage[] {
  const said = parts.filter(
    (part) => part.type !== "text" || part.text !== "" || part.provider !== undefined,
  );
  return said.length === 0 ? [] : [{ role, parts: said }];
}

function userPart(part: UserContent, options: EncodeOptions): Part {
  switch (part.type) {
    case "text":
      return encodePart("text", part);
    case "file":
      return encodePart("file", part, options);
    case "image":
      return encodePart("file", fileOfImage(part), options);
  }
}

/** The older way to give a file. */
function fileOfImage({ image, mediaType = ANY_IMAGE, providerOptions }: ImagePart) {
  return { data: image, mediaType, ...(providerOptions === undefined ? {} : { providerOptions }) };
}

function answerPart(part: AnswerContent, options: EncodeOptions): Part[] {
  switch (part.type) {
    case "text":
      return [encodePart("text", part)];
    case "reasoning":
      return [encodePart("reasoning", part)];
    case "file":
    case "reasoning-file":
      return [encodePart("file", part, options)];
    case "tool-call":
      return [encodePart("toolCall", part)];
    case "tool-result":
      return [encodePart("toolResult", part)];
    case "custom":
    case "tool-approval-request":
      return [];
  }
}

function toolPart(part: ToolContent): Part[] {
  switch (part.type) {
    case "tool-result":
      return [encodePart("toolResult", part)];
    case "tool-approval-response":
      return [];
  }
}
