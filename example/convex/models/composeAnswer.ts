import { candidatesFrom, centralSentences, coverageOf, type Candidate } from "./evidence.js";
import { evidenceFor, isOfMemory, memoryEvidence, type Evidence } from "./memoryEvidence.js";
import { passagesIn, passagesInText, type Passage } from "./passages.js";
import { isPersonal, questionParts } from "./questionParts.js";
import { type Turn } from "./readTurn.js";
import { memoryCitation } from "./shownMemory.js";

/** Sentences of each part of an answer at least, where it may have so many. */
const LEAST_SENTENCES_PER_PART = 2;
/** Share of a question's words that the chosen sentences must have between them to count as an answer. */
const LEAST_ANSWER_COVERAGE = 0.5;
/** Below this share, or with one sentence only, it is worth reading more of the best source. */
const GOOD_ANSWER_COVERAGE = 0.7;

/** An answer made of sentences of the sources, whether any bears on the question, and whether there may be more to find. */
export type Answer = { text: string; isFound: boolean; isThin: boolean };

/** Every passage that the tools returned in this turn, the best of each result before the second of any. */
export function passagesOf(turn: Turn): Passage[] {
  const lists = turn.outputs.map(({ value }) => passagesIn(value));
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, rank) =>
    lists.flatMap((list) => list.slice(rank, rank + 1)),
  ).flat();
}

/**
 * Answers from what the tools returned and what memory shows: sentences that bear on the question, each with its
 * citation. Facts and blocks answer what someone asks about themselves, and else what they bear on better than the
 * documents do; what was merely said once answers where nothing else does.
 */
export function answerFrom(turn: Turn, passages: Passage[], sentences: number): Answer {
  const documents = candidatesFrom([...passages, ...turn.memory].filter((passage) => !isOfMemory(passage)));
  const memory = memoryEvidence([...turn.memory, ...passages.filter(isOfMemory)]);
  const parts = questionParts(turn.question);
  const { least, most } = sentencesPerPart(sentences, parts.length);
  const chosen = new Set<Candidate>();
  let isThin = false;
  for (const part of parts) {
    const found = fromDocuments(part, documents, most);
    const known = memory.known(part);
    const isKnown = answers(known) && (isPersonal(part) || known.coverage > found.coverage);
    const best = [...(isKnown ? [known] : []), found, memory.said(part)].find(answers);
    for (const sentence of best?.sentences ?? []) chosen.add(sentence);
    isThin ||= !isKnown && isThinEvidence(found, least);
  }
  const isFound = chosen.size > 0;
  const told = [...chosen].slice(0, sentences);
  return { text: isFound ? render(told) : noAnswer(turn), isFound, isThin };
}

function sentencesPerPart(sentences: number, parts: number): { least: number; most: number } {
  const least = Math.min(LEAST_SENTENCES_PER_PART, sentences);
  return { least, most: Math.max(least, Math.floor(sentences / parts)) };
}

const isThinEvidence = ({ coverage, sentences }: Evidence, least: number): boolean =>
  coverage < GOOD_ANSWER_COVERAGE || sentences.length < least;

/** An answer to what someone asks about themselves, where memory shows all of it before anything was looked up. */
export function answerFromMemory(turn: Turn, sentences: number): string | null {
  const { known } = memoryEvidence(turn.memory);
  const parts = questionParts(turn.question);
  const isKnown = parts.every((part) => isPersonal(part) && answers(known(part)));
  return isKnown ? answerFrom(turn, [], sentences).text : null;
}

/** Documents hardly know who asks: of a question about that, one sentence must have nearly all the words. */
function fromDocuments(part: string, documents: Candidate[], most: number): Evidence {
  const evidence = evidenceFor(part, documents, most);
  if (!isPersonal(part)) return evidence;
  const alone = coverageOf(part, evidence.sentences.slice(0, 1));
  return alone >= GOOD_ANSWER_COVERAGE ? evidence : { sentences: [], coverage: 0 };
}

const answers = ({ coverage }: Evidence): boolean => coverage >= LEAST_ANSWER_COVERAGE;

/** The most central sentences of what the conversation holds, in their order, each with its citation. */
export function summaryOf(turn: Turn, sentences: number): string {
  const texts = turn.earlierTexts.length > 0 ? turn.earlierTexts : [givenText(turn.question)];
  const passages = texts.flatMap((text) => (looksLikeJson(text) ? passagesIn(text) : passagesInText(text)));
  const chosen = centralSentences(turn.question, candidatesFrom(passages), sentences);
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
  return [...bySource]
    .map(([citation, candidates]) => {
      const claims = candidates.sort((left, right) => left.order - right.order).map(claim);
      const isRemembered = memoryCitation(citation) !== null;
      return `${isRemembered ? "From memory: " : ""}${claims.join(" ")}`;
    })
    .join("\n\n");
}

/** What memory holds is quoted: it is in the words of who told it. */
function claim({ sentence, citation }: Candidate): string {
  const ended = /[.!?。！？…]["'”’)*`]{0,2}$/.test(sentence) ? sentence : `${sentence}.`;
  if (citation === null) return ended;
  return `${memoryCitation(citation) === null ? ended : `“${ended}”`} ${citation}`;
}
