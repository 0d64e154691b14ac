import type { Part, PartOf, PartType } from "../validators/content.js";
import { wellFormed } from "./wellFormed.js";

/**
 * One piece of an answer that is being written, in the order in which the model said it.
 * `text` and `reasoning` go on where the last part is of that kind, else they open one. With `block` they go on in the
 * block of that number, counted from 0 in the order in which texts and thoughts were opened.
 * `extras` are what a provider says of a block when it ends: of `block`, else of the last one.
 * `toolInput` adds to the call's input, also when other calls were written to in between.
 * `part` stands as it is; a call or a result takes the place of what was shown of it so far.
 * A `part` of empty text or reasoning opens a new block for the deltas that follow.
 */
export type StreamDelta =
  | { kind: "text"; text: string; block?: number }
  | { kind: "reasoning"; text: string; block?: number }
  | { kind: "extras"; provider: string; block?: number }
  | { kind: "toolInput"; callId: string; toolName: string; text: string }
  | { kind: "part"; part: Part };

/** `blocks`: where the texts and thoughts stand, in the order in which they were opened. */
type Folded = { parts: Part[]; blocks: number[]; complete: Set<string> };
type TextDelta = Extract<StreamDelta, { kind: "text" | "reasoning" }>;

/**
 * What was said so far, as the parts of a message. However a text is split into deltas, it folds to the same parts.
 * Texts are well formed, even when the last delta ends within a character.
 *
 * @example foldDeltas([{ kind: "text", text: "Hel" }, { kind: "text", text: "lo" }]); // [{ type: "text", text: "Hello" }]
 */
export function foldDeltas(deltas: Iterable<StreamDelta>): Part[] {
  const folded: Folded = { parts: [], blocks: [], complete: new Set() };
  for (const delta of deltas) {
    switch (delta.kind) {
      case "text":
      case "reasoning":
        addText(folded, delta);
        break;
      case "extras":
        addExtras(folded, delta);
        break;
      case "toolInput":
        if (!folded.complete.has(delta.callId)) addInput(folded, delta);
        break;
      case "part":
        addPart(folded, delta.part);
        break;
    }
  }
  return folded.parts.flatMap(finished);
}

function addText(folded: Folded, { kind, text, block }: TextDelta): void {
  if (text === "") return;
  const { parts, blocks } = folded;
  const index = block === undefined ? parts.length - 1 : (blocks[block] ?? -1);
  const open = parts[index];
  if (open?.type === kind) parts[index] = { ...open, text: open.text + text };
  else addPart(folded, { type: kind, text });
}

function addExtras(
  { parts, blocks }: Folded,
  { provider, block }: Extract<StreamDelta, { kind: "extras" }>,
): void {
  const index = blocks[block ?? blocks.length - 1] ?? -1;
  const part = parts[index];
  if (part !== undefined) parts[index] = { ...part, provider } as Part; // blocks are texts and thoughts, which have it
}

function addInput({ parts }: Folded, delta: Extract<StreamDelta, { kind: "toolInput" }>): void {
  const { callId, toolName, text } = delta;
  const index = parts.findIndex((part) => part.type === "toolCall" && part.callId === callId);
  const call = parts[index];
  if (call?.type === "toolCall") parts[index] = { ...call, input: call.input + text };
  else parts.push({ type: "toolCall", callId, toolName, input: text });
}

function addPart({ parts, blocks, complete }: Folded, part: Part): void {
  if (part.type === "toolCall") complete.add(part.callId);
  const index = parts.findIndex((shown) => isSameTool(shown, part));
  if (index >= 0) {
    parts[index] = part;
    return;
  }
  if (part.type === "text" || part.type === "reasoning") blocks.push(parts.length);
  parts.push(part);
}

function isSameTool(shown: Part, part: Part): boolean {
  if (part.type !== "toolCall" && part.type !== "toolResult") return false;
  return shown.type === part.type && shown.callId === part.callId;
}

/** Leaves out blocks in which nothing was said. */
function finished(part: Part): Part[] {
  switch (part.type) {
    case "text":
    case "reasoning":
      if (part.text === "" && part.provider === undefined) return [];
      return [{ ...part, text: wellFormed(part.text) }];
    case "toolCall":
      return [{ ...part, input: wellFormed(part.input) }];
    default:
      return [part];
  }
}

/** The deltas of one chunk. What is no delta is left out: a chunk must not keep a stream from being read. */
export function parseDeltas(text: string): StreamDelta[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter(isDelta) : [];
  } catch {
    return [];
  }
}

function isDelta(value: unknown): value is StreamDelta {
  if (!isRecord(value)) return false;
  switch (value.kind) {
    case "text":
    case "reasoning":
      return hasTexts(value, ["text"]);
    case "extras":
      return hasTexts(value, ["provider"]);
    case "toolInput":
      return hasTexts(value, ["callId", "toolName", "text"]);
    case "part":
      return isPart(value.part);
    default:
      return false;
  }
}

/** What each part has at least; the whole check is the component's, before it writes one. */
const NEEDED_TEXTS: { [T in PartType]: (keyof PartOf<T> & string)[] } = {
  text: ["text"],
  reasoning: ["text"],
  file: ["mediaType"],
  reasoningFile: ["mediaType"],
  source: ["sourceId"],
  custom: ["kind"],
  toolCall: ["callId", "toolName", "input"],
  toolResult: ["callId", "toolName", "outputKind", "output"],
  approvalRequest: ["approvalId", "callId"],
  approvalResponse: ["approvalId"],
  data: ["name", "data"],
};

function isPart(value: unknown): boolean {
  if (!isRecord(value) || typeof value.type !== "string" || !isPartType(value.type)) return false;
  const isFile = value.type === "file" || value.type === "reasoningFile";
  return hasTexts(value, NEEDED_TEXTS[value.type]) && (!isFile || isRecord(value.file));
}

const isPartType = (type: string): type is PartType => Object.hasOwn(NEEDED_TEXTS, type);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const hasTexts = (value: Record<string, unknown>, names: readonly string[]): boolean =>
  names.every((name) => typeof value[name] === "string");
