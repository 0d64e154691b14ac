import type {
  AssistantModelMessage,
  ImagePart,
  ModelMessage,
  ProviderMetadata,
  ToolModelMessage,
  UserModelMessage,
} from "ai";
import type { Part } from "../validators/content.js";
import type { NewMessage } from "../validators/messageWrite.js";
import type { EncodeOptions } from "./codec.js";
import { encodePart } from "./encodePart.js";

type UserContent = Exclude<UserModelMessage["content"], string>[number];
type AnswerContent = Exclude<AssistantModelMessage["content"], string>[number];
type ToolContent = ToolModelMessage["content"][number];

/**
 * Messages of the AI SDK as messages to append, to import a history. A tool message becomes one for each result, as a
 * run saves them. A file whose bytes stand in a message is given to `storeFile`; without it, a text takes its place.
 *
 * What `toModelMessages` gives back is the same but for this: a content that is a text is a list of one; empty texts
 * and messages of nothing else are gone; the options of a message are those of its last part; an image is a file; a
 * file given as text is a text, a stored one has an address; answers to approvals stand right behind their question,
 * before the results of the same message; results stand in the order of their calls.
 *
 * @example await memory.messages.append(ctx, { threadId, messages: fromModelMessages(history) });
 */
export function fromModelMessages(
  messages: readonly ModelMessage[],
  options: EncodeOptions = {},
): NewMessage[] {
  return messages.flatMap((message) => fromModelMessage(message, options));
}

/** One message of the AI SDK as messages to append; see `fromModelMessages`. */
export function fromModelMessage(message: ModelMessage, options: EncodeOptions = {}): NewMessage[] {
  const { role } = message;
  switch (role) {
    case "system": {
      const { content, providerOptions } = message;
      return newMessages(role, [encodePart("text", { text: content, ...optionsOf(providerOptions) })]);
    }
    case "user":
      return newMessages(
        role,
        withOptions<UserContent>(asArray(message.content), message.providerOptions).map((part) =>
          userPart(part, options),
        ),
      );
    case "assistant":
      return newMessages(
        role,
        withOptions<AnswerContent>(asArray(message.content), message.providerOptions).map((part) =>
          answerPart(part, options),
        ),
      );
    case "tool":
      return withOptions<ToolContent>(message.content, message.providerOptions).flatMap((part) =>
        newMessages(role, [toolPart(part, options)]),
      );
  }
}

const optionsOf = (providerOptions: ProviderMetadata | undefined): { providerOptions?: ProviderMetadata } =>
  providerOptions === undefined ? {} : { providerOptions };

const asArray = <Item>(content: string | Item[]): (Item | { type: "text"; text: string })[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : content;

/** The parts; the last has the options of the message too, where it has none of that provider itself. */
function withOptions<Item extends object>(
  parts: readonly Item[],
  providerOptions: ProviderMetadata | undefined,
): readonly Item[] {
  const last = parts.at(-1);
  if (last === undefined || providerOptions === undefined) return parts;
  const { providerOptions: own }: { providerOptions?: ProviderMetadata } = last;
  return [...parts.slice(0, -1), { ...last, providerOptions: { ...providerOptions, ...own } }];
}

/** Texts that say nothing are no parts. */
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

/** What an image part without a media type is. */
const ANY_IMAGE = "image/*";

/** The older way to give a file. */
function fileOfImage({ image, mediaType = ANY_IMAGE, providerOptions }: ImagePart) {
  return { data: image, mediaType, ...(providerOptions === undefined ? {} : { providerOptions }) };
}

function answerPart(part: AnswerContent, options: EncodeOptions): Part {
  switch (part.type) {
    case "text":
      return encodePart("text", part);
    case "reasoning":
      return encodePart("reasoning", part);
    case "file":
      return encodePart("file", part, options);
    case "reasoning-file":
      return encodePart("reasoningFile", part, options);
    case "custom":
      return encodePart("custom", part);
    case "tool-call":
      return encodePart("toolCall", part);
    case "tool-result":
      return encodePart("toolResult", part, options);
    case "tool-approval-request":
      return encodePart("approvalRequest", part);
  }
}

function toolPart(part: ToolContent, options: EncodeOptions): Part {
  switch (part.type) {
    case "tool-result":
      return encodePart("toolResult", part, options);
    case "tool-approval-response":
      return encodePart("approvalResponse", part);
  }
}
