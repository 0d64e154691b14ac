import { isStopWord, stemOf, wordsOf } from "./words.js";

/** Parts of one prompt that are asked apart, each by a search of its own. */
const MOST_PARTS = 3;
const MOST_QUERY_WORDS = 12;
/** Below this a part leans on what was asked before it: "and how does it fail?" */
const LEAST_OWN_WORDS = 2;

const QUESTION_WORDS = "how|what|when|where|why|which|who|can|could|does|do|is|are|should";
const JOINT = new RegExp(`,?\\s+and\\s+(?=(?:${QUESTION_WORDS})\\b)`, "i");

/** Words that shape a question and say nothing of its subject. */
const QUESTION_FILLERS = new Set(
  (
    "best describe difference different explain find give good happen happens happened list make makes making many " +
    "mean means much need needed show take takes taken tell use used uses using want way ways work works"
  ).split(" "),
);

/** The stems by which a sentence is judged to bear on a question: those of its subject, else of all its words. */
export function subjectStems(question: string): Set<string> {
  const content = contentWords(question);
  const subject = content.filter((word) => !QUESTION_FILLERS.has(word));
  return new Set((subject.length > 0 ? subject : content).map(stemOf));
}

/** The questions within a prompt, at most three; a prompt without a question mark is one. */
export function questionParts(prompt: string): string[] {
  const pieces = prompt.split(/[?？]+/).flatMap((piece) => piece.split(JOINT));
  const parts = pieces.map((piece) => piece.trim()).filter((piece) => contentWords(piece).length > 0);
  const asksMore = /[?？]/.test(prompt) && parts.length > 1;
  return asksMore ? parts.slice(0, MOST_PARTS) : [prompt.trim()];
}

/** "How do I …" asks about the thing, not about who asks; "tell me" about neither. */
const IMPERSONAL =
  /\b(?:how|where|can|could|should|would|may|must)\s+(?:(?:do|can|could|should|would|must)\s+)?(?:I|we)\b|\b(?:tell|show|give|help|let)\s+(?:me|us)\b/i;
const FIRST_PERSON = /\b(?:I|me|mine|my|our|ours|us|we)\b/i;

/** True for a question about who asks it, which memory may answer and documents hardly can. */
export function isPersonal(question: string): boolean {
  return FIRST_PERSON.test(question) && !IMPERSONAL.test(question);
}

/** The words to search for: a part's content words, with those it leans on where it has few of its own. */
export function searchQuery(part: string, context: string): string {
  const own = contentWords(part);
  const lent = own.length < LEAST_OWN_WORDS ? contentWords(context) : [];
  const words = [...new Set([...own, ...lent])].slice(0, MOST_QUERY_WORDS);
  return words.length > 0 ? words.join(" ") : wordsOf(part).join(" ") || part;
}

function contentWords(text: string): string[] {
  return wordsOf(text).filter((word) => !isStopWord(word));
}
