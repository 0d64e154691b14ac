import type { RecallHit } from "../../../data/useRecall.js";
import { chatAddress, documentAddress, factAddress } from "../../../shell/addresses.js";

/** What each kind of hit is called. */
export const KIND_NAMES: Readonly<Record<RecallHit["kind"], string>> = {
  message: "Message",
  fact: "Fact",
  chunk: "Document",
};

/** What each signal says of a hit. */
export const SIGNAL_NAMES: Readonly<Record<string, string>> = {
  window: "Words, with the turns around it",
  coverage: "How much of the question it covers",
  lead: "Words at its beginning",
  prefix: "Words of the same beginning",
  session: "Its conversation or document",
  speaker: "Who said it",
  answersQuestion: "Follows a question like this",
  asks: "Is a question itself",
  answerKind: "Holds the kind of thing asked for",
  date: "Is of the time asked about",
  expansion: "Shares words with the best matches",
  standing: "Is a standing instruction",
  standingMatch: "A standing instruction that fits",
  agentAsked: "The agent’s own words are asked for",
  replyWindow: "Is an agent’s reply",
  long: "Is long",
  firstPerson: "Someone speaks of themselves",
  vector: "Near in meaning",
};

/** Where the source of a hit is shown. */
export function sourceAddress({ kind, sourceId, threadId, documentKey }: RecallHit): string | null {
  if (kind === "fact") return factAddress(sourceId);
  if (kind === "chunk") return documentKey === undefined ? null : documentAddress(documentKey, sourceId);
  return threadId === undefined ? null : chatAddress(threadId, sourceId);
}

/** A citation without its brackets. */
export const citationText = (citation: string): string => citation.replace(/^\[(.*)\]$/s, "$1");

export const rankText = (rank: number | undefined): string => (rank === undefined ? "–" : `#${rank}`);
