const FEWEST_LETTERS = 3;
/** Words that say nothing of what is asked for; recall passes them over as well. */
const FUNCTION_WORDS = new Set(
  (
    "about all and any are but can did does for from had has have her his how into its not our she that the their " +
    "them then there these they this was were what when where which who whom whose why will with you your"
  ).split(" "),
);

/** The words of a question that are worth marking in what was found. */
export function wordsOf(question: string): string[] {
  const words = question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = words.filter((word) => word.length >= FEWEST_LETTERS && !FUNCTION_WORDS.has(word));
  return [...new Set(telling)];
}
