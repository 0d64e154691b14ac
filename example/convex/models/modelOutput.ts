import {
  type LanguageModelV4Content,
  type LanguageModelV4FinishReason,
  type LanguageModelV4StreamPart,
  type LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { countTokens } from "./words.js";

/** A whole reply: text, or tool calls with their input as JSON text. */
export type Reply = {
  text: string;
  toolCalls: { toolCallId: string; toolName: string; input: string }[];
  finishReason: LanguageModelV4FinishReason["unified"];
};

/** Words of one text delta, and characters of one delta of a tool's input. */
const WORDS_PER_DELTA = 3;
const INPUT_CHARACTERS_PER_DELTA = 24;
const TEXT_ID = "text-0";

/** The reply as the content of `doGenerate`. */
export function contentOf({ text, toolCalls }: Reply): LanguageModelV4Content[] {
  const calls = toolCalls.map((call) => ({ type: "tool-call" as const, ...call }));
  return text === "" ? calls : [{ type: "text", text }, ...calls];
}

/** The reply as the parts of `doStream` between `stream-start` and `finish`. */
export function* streamPartsOf({ text, toolCalls }: Reply): Generator<LanguageModelV4StreamPart> {
  if (text !== "") {
    yield { type: "text-start", id: TEXT_ID };
    for (const delta of textDeltas(text)) yield { type: "text-delta", id: TEXT_ID, delta };
    yield { type: "text-end", id: TEXT_ID };
  }
  for (const call of toolCalls) {
    yield { type: "tool-input-start", id: call.toolCallId, toolName: call.toolName };
    for (let start = 0; start < call.input.length; start += INPUT_CHARACTERS_PER_DELTA) {
      const delta = call.input.slice(start, start + INPUT_CHARACTERS_PER_DELTA);
      yield { type: "tool-input-delta", id: call.toolCallId, delta };
    }
    yield { type: "tool-input-end", id: call.toolCallId };
    yield { type: "tool-call", ...call };
  }
}

/** A few words each, with the white space before them; together they are the text. */
function textDeltas(text: string): string[] {
  const words = text.match(/\s*\S+|\s+$/g) ?? [];
  const starts = words.map((_, index) => index).filter((index) => index % WORDS_PER_DELTA === 0);
  return starts.map((start) => words.slice(start, start + WORDS_PER_DELTA).join(""));
}

/** Tokens as this model counts them. */
export function usageOf(promptText: string, reply: Reply): LanguageModelV4Usage {
  const input = countTokens(promptText);
  const output =
    countTokens(reply.text) + reply.toolCalls.reduce((sum, call) => sum + countTokens(call.input), 0);
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  };
}
