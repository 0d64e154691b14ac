import type { ModelMessage } from "ai";
import type { Part, ReservedCall, StepResult } from "../client/index.js";
import type { EncodeOptions } from "../parts/codec.js";
import { fromModelMessage } from "../parts/fromModelMessage.js";
import { toJsonText } from "../parts/json.js";
import { encodePart } from "../parts/encodePart.js";
import type { PartOf } from "../validators/content.js";
import { memoryError } from "../validators/errors.js";
import type { ModelPrompt, SystemMessage } from "./modelTap.js";
import { keptResult, keptResults } from "./resultBytes.js";

type UserMessage = Extract<ModelPrompt[number], { role: "user" }>;
type ToolMessage = Extract<ModelMessage, { role: "tool" }>;
/** What came of a call, in a message of the AI SDK. */
export type GivenResult = Extract<ToolMessage["content"][number], { type: "tool-result" }>;

/** What a caller's loop asks with, as far as the thread does not know it already. */
export type CallerPrompt = {
  /** Its instructions, wherever they stood. */
  systems: SystemMessage[];
  /** The last thing that the user said: what is before it is the thread's to know. */
  user: UserMessage;
  /** Whether anything was said behind it: then its turn is under way. */
  isUnderWay: boolean;
  /** What came of the calls that the model made last. */
  results: GivenResult[];
};

/** Reads a caller's prompt. Throws `PROMPT_EMPTY` where no user says anything. */
export function readPrompt(prompt: ModelPrompt): CallerPrompt {
  const last = prompt.findLastIndex(({ role }) => role === "user");
  const user = prompt[last];
  if (user?.role !== "user")
    throw memoryError("PROMPT_EMPTY", "The prompt has no message of a user: memory has no turn to open.");
  const answer = prompt.findLastIndex(({ role }) => role === "assistant");
  return {
    systems: prompt.filter((message) => message.role === "system"),
    user,
    isUnderWay: prompt.slice(last + 1).some(({ role }) => role !== "system"),
    results: resultsIn(answer < 0 ? [] : prompt.slice(answer + 1)),
  };
}

/** The results in messages of the AI SDK, in their order. */
export const resultsIn = (messages: readonly (ModelMessage | ModelPrompt[number])[]): GivenResult[] =>
  messages.flatMap((message) =>
    message.role === "tool" ? message.content.filter((part) => part.type === "tool-result") : [],
  );

/** True for the same words and files, told by their text. */
export const isSameMessage = (one: unknown, other: unknown): boolean => toJsonText(one) === toJsonText(other);

/** What the user said as parts. Options of the whole message are kept with its last part, where providers read them too. */
export const userParts = (user: UserMessage, options: EncodeOptions): Part[] =>
  fromModelMessage(withOptions(user), options).flatMap(({ parts }) => parts);

function withOptions({ content, providerOptions }: UserMessage): ModelMessage {
  const last = content.at(-1);
  if (last === undefined || providerOptions === undefined) return { role: "user", content };
  const merged = { ...last, providerOptions: { ...providerOptions, ...last.providerOptions } };
  return { role: "user", content: [...content.slice(0, -1), merged] };
}

/** Calls of one step that share an id are told apart by what stands behind it; results are given in their order. */
const COPY = /#\d+$/;

/** The call that a model's id means: the first of them that is still in `calls`. */
export function findCall<Call extends { callId: string }>(
  calls: readonly Call[],
  id: string,
): Call | undefined {
  return (
    calls.find(({ callId }) => callId === id) ?? calls.find(({ callId }) => callId.replace(COPY, "") === id)
  );
}

/** The results of open calls as they are saved; `ms` is how long the caller's loop took for all of them. */
export function savedResults(
  calls: readonly Pick<ReservedCall, "callId" | "toolName">[],
  given: readonly GivenResult[],
  ms: number,
): StepResult[] {
  const open = [...calls];
  const results = given.flatMap(({ type: _type, ...result }) => {
    const call = findCall(open, result.toolCallId);
    if (call === undefined) return [];
    open.splice(open.indexOf(call), 1);
    const part = encodePart("toolResult", { ...result, toolCallId: call.callId });
    if (!isResult(part)) return [];
    return [{ callId: call.callId, part, failed: part.outputKind === "error", ms }];
  });
  return keptResults(results.map(keptResult));
}

const isResult = (part: Part): part is PartOf<"toolResult"> => part.type === "toolResult";
