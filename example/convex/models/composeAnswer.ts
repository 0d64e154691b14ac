import { candidatesFrom, centralSentences, coverageOf, sentencesFor, type Candidate } from "./evidence.js";
import { passagesIn, passagesInText, type Passage } from "./passages.js";
import { questionParts } from "./questionParts.js";
import { type Turn } from "./readTurn.js";

/** Sentences of an answer, over all parts of the question, and of a summary. */
const ANSWER_SENTENCES = 6;
const LEAST_SENTENCES_PER_PART = 2;
const SUMMARY_SENTENCES = 6;
/** Share of a question's words that the chosen sentences must have between them to count as an answer. */
const LEAST_ANSWER_COVERAGE = 0.5;
/** Below this share, or with one sentence only, it is worth reading more of the best source. */
const GOOD_ANSWER_COVERAGE = 0.7;

/** An answer made of sentences of the sources, and whether there may be more to find. */
export type Answer = { text: string; isThin: boolean };

/** Every passage that the tools returned in this turn, the best of each result before the second of any. */
export function passagesOf(turn: Turn): Passage[] {
  const lists = turn.outputs.map(({ value }) => passagesIn(value));
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, rank) =>
    lists.flatMap((list) => list.slice(rank, rank + 1)),
  ).flat();
}

/** Answers from what the tools returned: sentences that bear on the question, each with its citation. */
export function answerFrom(turn: Turn, passages: Passage[]): Answer {
  const candidates = candidatesFrom(passages);
  const parts = questionParts(turn.question);
  const most = Math.max(LEAST_SENTENCES_PER_PART, Math.floor(ANSWER_SENTENCES / parts.length));
  const chosen = new Set<Candidate>();
  let isThin = false;
  for (const part of parts) {
    const sentences = sentencesFor(part, candidates, most);
    const coverage = coverageOf(part, sentences);
    if (coverage >= LEAST_ANSWER_COVERAGE) for (const sentence of sentences) chosen.add(sentence);
    isThin ||= coverage < GOOD_ANSWER_COVERAGE || sentences.length < 2;
  }
  const text = chosen.size > 0 ? render([...chosen]) : noAnswer(turn);
  return { text, isThin };
}

/** The most central sentences of what the conversation holds, in their order, each with its citation. */
export function summaryOf(turn: Turn): string {
  const texts = turn.earlierTexts.length > 0 ? turn.earlierTexts : [givenText(turn.question)];
  const passages = texts.flatMap((text) => (looksLikeJson(text) ? passagesIn(text) : passagesInText(text)));
  const chosen = centralSentences(turn.question, candidatesFrom(passages), SUMMARY_SENTENCES);
  if (chosen.length > 0) return render(chosen);
  return "I compose answers only from text that I am given, and there is none here that I could draw on.";
}

/** A task with its text in one message: all but the first line or sentence, which says what to do. */
function givenText(prompt: string): string {
  return /^[^\n.!?:]*[\n.!?:]([^]*)$/.exec(prompt)?.[1] ?? "";
}

const looksLikeJson = (text: string) => /^\s*[[{]/.test(text);

function noAnswer(turn: Turn): string {
  const error = turn.outputs.find((output) => output.error !== null)?.error;
  if (error !== undefined && turn.outputs.every((output) => output.error !== null)) {
    return `I could not look this up, so I have no answer: ${error}`;
  }
  return "I found no answer to this in the documents.";
}

/** One paragraph for each source, in the order in which sources were first chosen. */
function render(chosen: Candidate[]): string {
  const bySource = new Map<string | null, Candidate[]>();
  for (const candidate of chosen) {
    bySource.set(candidate.citation, [...(bySource.get(candidate.citation) ?? []), candidate]);
  }
  return [...bySource.values()]
    .map((candidates) =>
      candidates
        .sort((left, right) => left.order - right.order)
        .map(claim)
        .join(" "),
    )
    .join("\n\n");
}

function claim({ sentence, citation }: Candidate): string {
  const ended = /[.!?。！？…]["'”’)*`]{0,2}$/.test(sentence) ? sentence : `${sentence}.`;
  return citation === null ? ended : `${ended} ${citation}`;
}
