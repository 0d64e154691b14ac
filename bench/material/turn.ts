// The one turn that every workload plays: a prompt, one call of a tool, its result, an answer.
import { makeText, makeTextOfBytes, wordMaker } from "./words.js";

const PROMPT_SIZE = { words: 40, bytes: 318 };
const ANSWER_SIZE = { words: 120, bytes: 956 };
const RESULT_BYTES = 2_013;
const INPUT_BYTES = 42;

export const TOOL_NAME = "lookUp";

const promptWords = wordMaker(11, [4, 10]);
const answerWords = wordMaker(12, [4, 10]);

/** What the user asks. `makePrompt(n)` gives another one of the same size for each n. */
export function makePrompt(number: number): string {
  return number === 0 ? FIRST_PROMPT : makeTextOfBytes(PROMPT_SIZE, wordMaker(1_000 + number, [4, 10]));
}
const FIRST_PROMPT = makeTextOfBytes(PROMPT_SIZE, promptWords);

/** A prompt after which the model looks something up so many times before it answers, so many things at a time. */
export const makeLookUps = (times: number, together = 1): string =>
  `${FIRST_PROMPT} Look up ${times} things${together === 1 ? "" : `, ${together} at a time`}.`;

/** How often a prompt asks for the tool, and for how many calls at a time: once and for one, where it does not say. */
export function lookUpsIn(prompt: string): { times: number; together: number } {
  const [, times = 1, together = 1] = /Look up (\d+) things(?:, (\d+) at a time)?\.$/.exec(prompt) ?? [];
  return { times: Number(times), together: Number(together) };
}

export const ANSWER = makeTextOfBytes(ANSWER_SIZE, answerWords);
/** The answer in the deltas that the model streams it in: one a word. */
export const ANSWER_DELTAS = ANSWER.match(/\S+\s*/g) ?? [];

export const TOOL_INPUT = { query: "x".repeat(INPUT_BYTES - '{"query":"","limit":5}'.length), limit: 5 };

/** A result of a search: rows with a title and a text, `bytes` bytes as JSON. */
export function makeToolResult(
  bytes: number,
  nextWord: () => string,
): { rows: { title: string; text: string }[] } {
  const rows = Array.from({ length: 5 }, () => ({ title: makeText(3, nextWord), text: "" }));
  const empty = JSON.stringify({ rows }).length;
  const share = Math.floor((bytes - empty) / rows.length);
  for (const [index, row] of rows.entries()) {
    const length = index === rows.length - 1 ? bytes - empty - share * (rows.length - 1) : share;
    row.text = makeTextOfBytes({ words: Math.floor(length / 8), bytes: length }, nextWord);
  }
  return { rows };
}

export const TOOL_RESULT = makeToolResult(RESULT_BYTES, wordMaker(13, [3, 8]));

const bytesOf = (value: unknown): number =>
  Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value));

/** Bytes of what a turn says, however it is stored. */
export const PAYLOAD_BYTES =
  bytesOf(FIRST_PROMPT) + bytesOf(TOOL_INPUT) + bytesOf(TOOL_RESULT) + bytesOf(ANSWER);
