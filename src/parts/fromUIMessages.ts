import type { UIMessage } from "ai";
import type { Part } from "../validators/content.js";
import type { NewMessage } from "../validators/messageWrite.js";
import type { EncodeOptions, UIPart } from "./codec.js";
import { fromToolUI, isToolUI } from "./fromToolUI.js";
import { storedIdOf } from "./filePlace.js";
import { encodeProvider, withoutOwn } from "./provider.js";
import { encodePart } from "./encodePart.js";

/**
 * Messages of an interface, such as those of `useChat`, as messages to append, to import a history. An answer becomes
 * one message for each of its steps, and one for each result of its tools, as a run saves them. A file whose bytes
 * stand in a message is given to `storeFile`; without it, a text takes its place.
 *
 * What `toUIMessages` gives back is the same but for this: ids and metadata of messages are the thread's; tools are
 * `dynamic-tool` parts, each text `done`; empty texts are gone; a call whose input was still written has what was
 * there; a result that is not final is none; steps in which nothing was said are gone.
 *
 * @example await memory.messages.append(ctx, { threadId, messages: fromUIMessages(chat.messages) });
 */
export function fromUIMessages(messages: readonly UIMessage[], options: EncodeOptions = {}): NewMessage[] {
  return messages.flatMap(({ role, parts }) => {
    if (role === "assistant") return stepsOf(parts).flatMap((step) => fromStep(step, options));
    return newMessage(
      role,
      parts.flatMap((part) => partsOf(part, options)),
    );
  });
}

/** What was said in one step of an answer; or, in the middle of it, by the user. */
type Step = { role: "assistant" | "user"; parts: UIPart[] };

function stepsOf(parts: readonly UIPart[]): Step[] {
  const steps: Step[] = [{ role: "assistant", parts: [] }];
  for (const part of parts) {
    if (part.type === "step-start") steps.push({ role: "assistant", parts: [] });
    else if (part.type === "steering-message")
      steps.push({ role: "user", parts: part.parts }, { role: "assistant", parts: [] });
    else steps.at(-1)?.parts.push(part);
  }
  return steps;
}

/** What was said and asked, then what was decided about it, then what came of it. */
function fromStep({ role, parts }: Step, options: EncodeOptions): NewMessage[] {
  const said: Part[] = [];
  const decided: Part[] = [];
  const results: Part[] = [];
  for (const part of parts) {
    if (!isToolUI(part)) {
      said.push(...partsOf(part, options));
      continue;
    }
    const tool = fromToolUI(part);
    said.push(...tool.said);
    decided.push(...tool.decided);
    results.push(...tool.results);
  }
  return [
    ...newMessage(role, said),
    ...[...decided, ...results].flatMap((part) => newMessage("tool", [part])),
  ];
}

function newMessage(role: NewMessage["role"], parts: Part[]): NewMessage[] {
  const said = parts.filter(
    (part) =>
      (part.type !== "text" && part.type !== "reasoning") || part.text !== "" || part.provider !== undefined,
  );
  return said.length === 0 ? [] : [{ role, parts: said }];
}

function partsOf(part: UIPart, options: EncodeOptions): Part[] {
  switch (part.type) {
    case "text": {
      const { text, citations } = part;
      const cited = citations === undefined ? {} : { citations };
      return [encodePart("text", { text, ...cited, ...withoutOwn(part) })];
    }
    case "reasoning":
      return [encodePart("reasoning", { text: part.text, ...withoutOwn(part) })];
    case "custom":
      return [encodePart("custom", part)];
    case "file":
      return [fromFile(part, options)];
    case "reasoning-file":
      return [fromReasoningFile(part, options)];
    case "source-url":
      return [encodePart("source", { ...part, type: "source", sourceType: "url", id: part.sourceId })];
    case "source-document":
      return [encodePart("source", { ...part, type: "source", sourceType: "document", id: part.sourceId })];
    case "step-start":
      return [];
    case "steering-message":
      return part.parts.flatMap((said) => partsOf(said, options));
    default:
      return isData(part) ? [encodePart("data", { ...part, name: part.type.slice("data-".length) })] : [];
  }
}

type FileUI = Extract<UIPart, { type: "file" }>;
type ReasoningFileUI = Extract<UIPart, { type: "reasoning-file" }>;

/** A stored file that was shown is that file again; whether it may be held is checked where it is written. */
function fromFile(part: FileUI, options: EncodeOptions): Part {
  const { mediaType, filename, url, providerReference } = part;
  const extras = withoutOwn(part);
  const fileId = storedIdOf(part);
  if (fileId !== null) {
    const name = filename === undefined ? {} : { name: filename };
    return { type: "file", mediaType, ...name, file: { kind: "stored", fileId }, ...encodeProvider(extras) };
  }
  const named = { mediaType, ...(filename === undefined ? {} : { filename }), ...extras };
  if (providerReference === undefined) return encodePart("file", { ...named, data: url }, options);
  return encodePart("file", { ...named, data: { type: "reference", reference: providerReference } });
}

function fromReasoningFile(part: ReasoningFileUI, options: EncodeOptions): Part {
  const { mediaType, url } = part;
  const extras = withoutOwn(part);
  const fileId = storedIdOf(part);
  if (fileId === null) return encodePart("reasoningFile", { mediaType, data: url, ...extras }, options);
  return { type: "reasoningFile", mediaType, file: { kind: "stored", fileId }, ...encodeProvider(extras) };
}

type DataUI = Extract<UIPart, { type: `data-${string}` }>;
const isData = (part: UIPart): part is DataUI => part.type.startsWith("data-");
