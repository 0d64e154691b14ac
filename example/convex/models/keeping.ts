import { type LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { type ToolOutput, type Turn } from "./readTurn.js";
import { type ShownBlock } from "./shownMemory.js";
import { toldIn, type Told } from "./told.js";
import { asRecord, fillSchema, stringField, type PlannedCall } from "./toolCalls.js";
import { stemsOf } from "./words.js";

/** Names of tools that keep a text, and that change a block of working memory; names of the inputs that they take. */
const REMEMBERS = /^(?:remember|memori[sz]e|(?:save|store|keep|add|write)[-_]?(?:fact|memory|note))/i;
const EDITS_BLOCK = /^(?:update|edit|write|append)[-_]?(?:to[-_]?)?(?:core[-_]?)?(?:block|memory)/i;
const TEXT_FIELDS = ["text", "fact", "content", "note", "memory"];
const LABEL_FIELDS = ["label", "block"];
const APPEND_FIELDS = ["append", "text", "content"];

/** One thing to keep: the call that does it, or none where a block says it already. */
type Keeping = { told: Told; label: string | null; call: PlannedCall | null };

/** What a turn asks to keep. `turn` is what it asks besides, its question empty where it only tells. */
export type KeepingPlan = { keepings: Keeping[]; turn: Turn };

/** Finds what a turn tells to keep, as far as there are tools for it: else it is part of the question. */
export function planKeeping(turn: Turn, tools: LanguageModelV4FunctionTool[]): KeepingPlan {
  const { told, rest } = toldIn(turn.question);
  const keepings = told.map((each) => keepingOf(each, turn.blocks, tools));
  const kept = keepings.filter((keeping) => keeping !== null);
  if (kept.length === 0) return { keepings: [], turn };
  const back = told.filter((_, index) => keepings[index] === null).map(({ text }) => text);
  return { keepings: kept, turn: { ...turn, question: [...back, rest].join("\n").trim() } };
}

/** The calls of a plan, in one step; none when they were made. */
export function callsToKeep({ keepings, turn }: KeepingPlan): PlannedCall[] {
  const calls = keepings.flatMap(({ call }) => (call === null ? [] : [call]));
  const made = turn.outputs.some((output) => calls.some(({ toolName }) => toolName === output.toolName));
  return made ? [] : calls;
}

/** What came of it, in a line for each thing. */
export function tellKept({ keepings, turn }: KeepingPlan): string {
  const names = new Set(keepings.map(({ call }) => call?.toolName));
  const outputs = turn.outputs.filter(({ toolName }) => names.has(toolName));
  let next = 0;
  return keepings
    .map((keeping) => lineFor(keeping, keeping.call === null ? null : (outputs[next++] ?? null)))
    .join("\n");
}

function lineFor({ told: { text }, label, call }: Keeping, output: ToolOutput | null): string {
  if (call === null) return `“${label}” says this already: “${text}”`;
  if (output === null) return `I could not keep this: “${text}”`;
  if (output.error !== null) return `I could not keep this: “${text}” ${output.error}`;
  if (label !== null) return `I noted in “${label}”: “${text}”`;
  const isKnown = "known" in asRecord(output.value) && Reflect.get(asRecord(output.value), "known") === true;
  return `${isKnown ? "I knew this already" : "I will remember"}: “${text}”`;
}

function keepingOf(told: Told, blocks: ShownBlock[], tools: LanguageModelV4FunctionTool[]): Keeping | null {
  const block = blockFor(told, blocks);
  const edit = block === null ? null : editCall(told, block, tools);
  if (block !== null && edit !== null) {
    const isThere = block.value.includes(told.text);
    return { told, label: block.label, call: isThere ? null : edit };
  }
  // What someone merely prefers was not asked to be kept: it goes where there is a place for it, or nowhere.
  const call = told.kind === "preference" ? null : rememberCall(told, tools);
  return call === null ? null : { told, label: null, call };
}

/** The block that something told is for: one that it names, or whose label and description speak of what it is about. */
function blockFor({ text, kind }: Told, blocks: ShownBlock[]): ShownBlock | null {
  const stems = new Set(stemsOf(text));
  const named = blocks.find(({ label }) => stemsOf(label).every((stem) => stems.has(stem)));
  if (named !== undefined || kind === "fact") return named ?? null;
  const shared = ({ label, description }: ShownBlock) =>
    new Set(stemsOf(`${label} ${description}`).filter((stem) => stems.has(stem))).size;
  const best = blocks.toSorted((left, right) => shared(right) - shared(left))[0];
  return best !== undefined && shared(best) > 0 ? best : null;
}

function rememberCall({ text }: Told, tools: LanguageModelV4FunctionTool[]): PlannedCall | null {
  for (const { name, inputSchema } of tools) {
    const field = stringField(inputSchema, TEXT_FIELDS);
    if (!REMEMBERS.test(name) || field === null) continue;
    return { toolName: name, input: { ...asRecord(fillSchema(inputSchema, text)), [field]: text } };
  }
  return null;
}

function editCall(
  { text }: Told,
  { label }: ShownBlock,
  tools: LanguageModelV4FunctionTool[],
): PlannedCall | null {
  for (const { name, inputSchema } of tools) {
    const place = stringField(inputSchema, LABEL_FIELDS);
    const field = stringField(inputSchema, APPEND_FIELDS);
    if (!EDITS_BLOCK.test(name) || place === null || field === null) continue;
    const input = { ...asRecord(fillSchema(inputSchema, text)), [place]: label, [field]: text };
    return { toolName: name, input };
  }
  return null;
}
