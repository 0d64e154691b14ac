import type { RecallKind } from "../validators/recall.js";
import { termsOf } from "./recallTerms.js";
import { STOP_WORDS } from "./recallWords.js";

/** A human turn of more terms is a topic of its own, no context for the next. */
const CONTEXT_MAX_TERMS = 60;
/** Silence after which a conversation's next message opens another session, in ms. */
export const SESSION_GAP_MS = 60 * 60 * 1000;

/** What the ranking knows of a text besides its terms, as bits of `flags`. */
const ASKS = 1;
const HAS_TIME = 2;
const HAS_NUMBER = 4;
const HAS_NAME = 8;
/** From here on: how often it says "I", "my", "we", up to `FIRST_PERSON_MAX`. */
const FIRST_PERSON = 16;
const FIRST_PERSON_MAX = 4;
/** Characters in which the first person is counted: who speaks of themselves does so early. */
const FIRST_PERSON_CHARACTERS = 400;

const MONTHS = "january|february|march|april|june|july|august|september|october|november|december";
const TIME = new RegExp(
  "\\b(yesterday|today|tonight|tomorrow|ago|last|next|this (?:week|month|year|weekend|morning|past)|week|weekend|" +
    `month|year|(?:mon|tues|wednes|thurs|fri|satur|sun)day|${MONTHS}|recently|\\d{4}|\\d+(?:st|nd|rd|th))\\b`,
  "i",
);
const NUMBER =
  /\b(\d+|one|two|three|four|five|six|seven|eight|nine|ten|once|twice|couple|several|few|dozen)\b/i;
/** A capital that does not open a sentence. */
const NAME = /[a-z,] [A-Z][a-z]+/;
/** "Always …", "when I ask …": wanted although a question shares no word with it. */
const STANDING = /^\s*(?:please )?(?:always|never)\b|\b(?:when(?:ever)? I ask|from now on)\b/i;
const FIRST_PERSON_WORD = /\b(?:I|my|me|we|our)\b/gi;

/** The human message before one, as its row keeps it. */
export type PreviousRow = { searchText: string; split?: number; session?: number; at: number };

/** What a person said, when, and under which name, where that is not the thread's owner's. */
export type Said = { text: string; at: number; speaker?: string };

/** What is stored of a text so that it can be found and ranked; what is absent is 0 or false. */
export type StoredRow = {
  searchText: string;
  split?: number;
  session?: number;
  flags?: number;
  standing?: true;
};

/** A text that nobody asked a question before: a fact, a chunk, an agent's answer. Only its own terms. */
export function rowOfText(text: string, { isHuman }: { isHuman: boolean }): StoredRow {
  const flags = flagsOf(text, isHuman);
  return {
    searchText: termsOf(text).join(" "),
    ...(flags === 0 ? {} : { flags }),
    ...(isHuman && STANDING.test(text) ? { standing: true } : {}),
  };
}

/**
 * What a person said. Where the human turn before it was of the same session and short, its terms stand before the
 * message's own, which begin at `split`: an answer seldom repeats the words of its question.
 */
export function rowOfHuman({ text, at, speaker }: Said, previous: PreviousRow | null): StoredRow {
  const own = rowOfText(text, { isHuman: true });
  const session = sessionAfter(previous, at);
  return {
    ...own,
    ...withContext(own.searchText, session === (previous?.session ?? 0) ? previous : null, speaker),
    ...(session === 0 ? {} : { session }),
  };
}

/** The same terms behind who said them, where a name is known, and behind those of another previous turn. */
export function withContext(
  own: string,
  previous: PreviousRow | null,
  speaker?: string,
): Pick<StoredRow, "searchText" | "split"> {
  const before = previous === null ? "" : ownTerms(previous);
  const names = speaker === undefined ? [] : termsOf(speaker);
  const context = [...names, ...(isContext(before) ? [before] : [])].join(" ");
  if (context === "") return { searchText: own };
  return { searchText: `${context} ${own}`, split: context.length + 1 };
}

/** The terms of the text itself. */
export const ownTerms = ({ searchText, split }: Pick<StoredRow, "searchText" | "split">): string =>
  searchText.slice(split ?? 0);

/** A greeting tells nothing about what follows, and a long turn is a topic of its own. */
function isContext(terms: string): boolean {
  const context = terms.split(" ");
  return context.length <= CONTEXT_MAX_TERMS && context.some((term) => term !== "" && !STOP_WORDS.has(term));
}

function sessionAfter(previous: PreviousRow | null, at: number): number {
  if (previous === null) return 0;
  const session = previous.session ?? 0;
  return Math.abs(at - previous.at) > SESSION_GAP_MS ? session + 1 : session;
}

function flagsOf(text: string, isHuman: boolean): number {
  const said = isHuman ? (text.slice(0, FIRST_PERSON_CHARACTERS).match(FIRST_PERSON_WORD) ?? []).length : 0;
  return (
    (text.includes("?") ? ASKS : 0) |
    (TIME.test(text) ? HAS_TIME : 0) |
    (NUMBER.test(text) ? HAS_NUMBER : 0) |
    (NAME.test(text) ? HAS_NAME : 0) |
    (Math.min(FIRST_PERSON_MAX, said) * FIRST_PERSON)
  );
}

/** The flags of a row, spelt out. `firstPerson` runs from 0 to 1. */
export const readFlags = (flags: number) => ({
  asks: (flags & ASKS) !== 0,
  hasTime: (flags & HAS_TIME) !== 0,
  hasNumber: (flags & HAS_NUMBER) !== 0,
  hasName: (flags & HAS_NAME) !== 0,
  firstPerson: Math.floor(flags / FIRST_PERSON) / FIRST_PERSON_MAX,
});

/** A candidate as the ranking takes it. */
export type RecallRow = {
  id: string;
  kind: RecallKind;
  /** Where it belongs: its thread, or its document. */
  group: string;
  /** Of messages: the human turn, and the session of its thread. A reply may have no session of its own. */
  turn?: number;
  session?: number;
  /** True for what an agent said. */
  isReply: boolean;
  speaker?: string;
  at: number;
  own: string;
  flags: number;
  isStanding: boolean;
  /** From 0 to 1; absent: as any other. */
  importance?: number;
};
