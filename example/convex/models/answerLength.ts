import { type LanguageModelV4CallOptions } from "@ai-sdk/provider";

/** Sentences of an answer, over all parts of the question, unless the instructions ask for fewer. */
export const ANSWER_SENTENCES = 6;

const NUMBERS = ["zero", "one", "two", "three", "four", "five", "six"];
/** "Answer in one sentence.", "at most 2 sentences" */
const ASKS_FOR_LENGTH =
  /\b(?:in|at most|no more than|with)\s+(\d{1,2}|one|two|three|four|five|six)\s+sentences?\b/i;

/** How many sentences an answer may have: what the instructions say, and no more than the model's own number. */
export function answerSentences(
  { prompt }: Pick<LanguageModelV4CallOptions, "prompt">,
  most: number,
): number {
  const instructions = prompt
    .flatMap((message) => (message.role === "system" ? [message.content] : []))
    .join("\n");
  const word = ASKS_FOR_LENGTH.exec(instructions)?.[1]?.toLowerCase();
  if (word === undefined) return most;
  const named = NUMBERS.indexOf(word);
  return Math.min(most, Math.max(1, named < 0 ? Number(word) : named));
}
