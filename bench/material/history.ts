// What was said before: ten messages for each four exchanges, three of them plain and one with a tool.
import { seededRandom, shuffled } from "../../host/random.js";
import { makeToolResult, TOOL_INPUT } from "./turn.js";
import { makeText, wordMaker } from "./words.js";

export type HistoryMessage =
  | { kind: "user"; text: string }
  | { kind: "assistant"; text: string }
  | { kind: "toolCall"; callId: string; input: typeof TOOL_INPUT }
  | { kind: "toolResult"; callId: string; output: ReturnType<typeof makeToolResult> };

/** Messages that four exchanges make. */
const CYCLE = [
  "user",
  "assistant",
  "user",
  "assistant",
  "user",
  "assistant",
  "user",
  "toolCall",
  "toolResult",
  "assistant",
] as const;

/** Messages that are made together. */
export const HISTORY_BLOCK = 100;

const RESULT_BYTES = 2_000;
/**
 * Chosen among sixty so that the first ten messages and the last twenty weigh on the peer's side as in the earlier
 * measurement, whose texts are not known: those two figures are calibrated, not reproduced. Other seeds move them (the
 * peer's first page is 38 to 43 kB for the seeds 1 to 8); the last hundred messages weigh the same for every seed.
 */
const SEED = 34;
const WORDS_MIN = 40;
const WORDS_MAX = 200;

/**
 * Words of the texts of each block: evenly spread, in another order each time, so that the last hundred messages of a
 * thread weigh the same at every length of the thread.
 */
const TEXTS =
  (HISTORY_BLOCK * CYCLE.filter((kind) => kind === "user" || kind === "assistant").length) / CYCLE.length;
const TEXT_WORDS = Array.from({ length: TEXTS }, (_unused, index) =>
  Math.round(WORDS_MIN + ((WORDS_MAX - WORDS_MIN) * index) / (TEXTS - 1)),
);

/** The messages of one block of a hundred, the same for the same block in every run. */
export function historyBlock(block: number): HistoryMessage[] {
  const words = shuffled(TEXT_WORDS, seededRandom(SEED + block));
  const nextWord = wordMaker(SEED + 100_000 + block, [3, 8]);
  const nextLength = () => words.pop() ?? WORDS_MIN;
  return Array.from({ length: HISTORY_BLOCK }, (_unused, index) => {
    const callId = `call-${block}-${Math.floor(index / CYCLE.length)}`;
    return makeMessage(CYCLE[index % CYCLE.length] ?? "user", { callId, nextWord, nextLength });
  });
}

let first: HistoryMessage[] | null = null;
const firstBlock = (): HistoryMessage[] => (first ??= historyBlock(0));

/** Plain exchanges at the start of each cycle. */
const PLAIN_EXCHANGES = 3;

/** One plain exchange, prompt and answer, for threads of which there are many. */
export function exchangeOf(thread: number): HistoryMessage[] {
  const start = 2 * (thread % PLAIN_EXCHANGES);
  return firstBlock().slice(start, start + 2);
}

type Making = { callId: string; nextWord: () => string; nextLength: () => number };

function makeMessage(kind: HistoryMessage["kind"], { callId, nextWord, nextLength }: Making): HistoryMessage {
  switch (kind) {
    case "user":
    case "assistant":
      return { kind, text: makeText(nextLength(), nextWord) };
    case "toolCall":
      return { kind, callId, input: TOOL_INPUT };
    case "toolResult":
      return { kind, callId, output: makeToolResult(RESULT_BYTES, nextWord) };
  }
}
