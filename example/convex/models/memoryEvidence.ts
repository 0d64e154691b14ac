import { candidatesFrom, coverageOf, sentencesFor, type Candidate } from "./evidence.js";
import { type Passage } from "./passages.js";
import { memoryCitation } from "./shownMemory.js";

/** Sentences of memory that answer one part of a question at most. */
const MOST_SENTENCES = 2;
/** A message that asks, or wants something done, is no source of what is so. */
const ASKS =
  /[?？]\s*$|^(?:can|could|describe|do|does|explain|find|give|how|is|list|show|tell|what|when|where|which|who|why|write)\b/i;
/** A fact may be as short as "Lives in Oslo." */
const LEAST_WORDS = 2;

/** Sentences for one part of a question, and the share of its words that they have between them. */
export type Evidence = { sentences: Candidate[]; coverage: number };

/** What memory shows, parted by how far it may be trusted. */
export type MemoryEvidence = {
  /** From facts and blocks, which were kept on purpose. */
  known: (part: string) => Evidence;
  /** From what was merely said once. */
  said: (part: string) => Evidence;
};

/** Reads passages of memory: blocks and facts apart from messages. */
export function memoryEvidence(passages: Passage[]): MemoryEvidence {
  const ofKind = (kinds: string[]) =>
    passages.filter(({ citation }) => kinds.includes(memoryCitation(citation)?.kind ?? ""));
  const known = candidatesFrom([...ofKind(["block"]), ...ofKind(["fact"])], LEAST_WORDS);
  const said = candidatesFrom(ofKind(["message"]).filter(({ text }) => !quotesDocuments(text))).filter(
    ({ sentence }) => !ASKS.test(sentence),
  );
  return { known: evidenceIn(known), said: evidenceIn(said) };
}

/** True for a passage of memory. */
export const isOfMemory = ({ citation }: Passage): boolean => memoryCitation(citation) !== null;

const evidenceIn = (candidates: Candidate[]) => (part: string) =>
  evidenceFor(part, candidates, MOST_SENTENCES);

/** The best sentences among candidates. */
export function evidenceFor(part: string, candidates: Candidate[], most: number): Evidence {
  const sentences = sentencesFor(part, candidates, most);
  return { sentences, coverage: coverageOf(part, sentences) };
}

/** An earlier answer with citations of documents: they are the source, and may have changed since. */
const quotesDocuments = (text: string) => /\[[^[\]\n]+ › [^[\]\n]+\]/.test(text);
