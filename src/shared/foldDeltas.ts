import type { Part, PartOf, PartType } from "../validators/content.js";
import { wellFormed } from "./wellFormed.js";

/**
 * One piece of an answer that is being written, in the order in which the model said it.
 * `text` and `reasoning` go on where the last part is of that kind, else they open one.
 * `toolInput` adds to the call's input, also when other calls were written to in between.
 * `part` stands as it is; a call or a result takes the place of what was shown of it so far.
 * A `part` of empty text or reasoning opens a new block for the deltas that follow.
 */
export type StreamDelta =
  | { kind: "text"; text: string }
  | { kind: "reasoning"; text: string }
  | { kind: "toolInput"; callId: string; toolName: string; text: string }
  | { kind: "part"; part: Part };

/**
 * What was said so far, as the parts of a message. However a text is split into deltas, it folds to the same parts.
 * Texts are well formed, even when the last delta ends within a character.
 *
 * @example foldDeltas([{ kind: "text", text: "Hel" }, { kind: "text", text: "lo" }]); // [{ type: "text", text: "Hello" }]
 */
export function foldDeltas(deltas: Iterable<StreamDelta>): Part[] {
  const folded: Part[] = [];
  const complete = new Set<string>();
  for (const delta of deltas) {
    switch (delta.kind) {
      case "text":
      case "reasoning":
        addText(folded, delta);
        break;
      case "toolInput":
        if (!complete.has(delta.callId)) addInput(folded, delta);
        break;
      case "part":
        if (delta.part.type === "toolCall") complete.add(delta.part.callId);
        addPart(folded, delta.part);
        break;
    }
  }
  return folded.flatMap(finished);
}

function addText(folded: Part[], { kind, text }: Extract<StreamDelta, { kind: "text" | "reasoning" }>): void {
  if (text === "") return;
  const last = folded.at(-1);
  if (last?.type === kind) folded[folded.length - 1] = { ...last, text: last.text + text };
  else folded.push({ type: kind, text });
}

function addInput(folded: Part[], delta: Extract<StreamDelta, { kind: "toolInput" }>): void {
  const { callId, toolName, text } = delta;
  const index = folded.findIndex((part) => part.type === "toolCall" && part.callId === callId);
  const call = folded[index];
  if (call?.type === "toolCall") folded[index] = { ...call, input: call.input + text };
  else folded.push({ type: "toolCall", callId, toolName, input: text });
}

function addPart(folded: Part[], part: Part): void {
  const index = folded.findIndex((shown) => isSameTool(shown, part));
  if (index < 0) folded.push(part);
  else folded[index] = part;
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
    case "toolResult":
    case "file":
    case "source":
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
  source: ["sourceId"],
  toolCall: ["callId", "toolName", "input"],
  toolResult: ["callId", "toolName", "outputKind", "output"],
};

function isPart(value: unknown): boolean {
  if (!isRecord(value) || typeof value.type !== "string" || !isPartType(value.type)) return false;
  return hasTexts(value, NEEDED_TEXTS[value.type]) && (value.type !== "file" || isRecord(value.file));
}

const isPartType = (type: string): type is PartType => Object.hasOwn(NEEDED_TEXTS, type);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const hasTexts = (value: Record<string, unknown>, names: readonly string[]): boolean =>
  names.every((name) => typeof value[name] === "string");
