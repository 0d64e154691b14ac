import { mostTelling, termOf, termsOf, wordsOf } from "./recallTerms.js";

/** Terms of a question that are ranked by: bounds the work for a prompt of pages. */
const QUESTION_MAX_TERMS = 64;

const MONTHS = "january february march april may june july august september october november december".split(
  " ",
);
const ANY_MONTH = MONTHS.join("|");
/** "may" is a month only beside what dates have. */
const MONTH_PATTERNS = MONTHS.map((month) =>
  month === "may" ? /\b(?:in|on|of|during|\d+) may\b|\bmay,? \d/ : new RegExp(`\\b${month}\\b`),
);
const DAY_BEFORE_MONTH = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?,? (?:of )?(?:${ANY_MONTH})\\b`);
const DAY_AFTER_MONTH = new RegExp(`\\b(?:${ANY_MONTH}) (\\d{1,2})\\b`);
const YEAR = /\b(?:19|20)\d\d\b/;

const WANTS_TIME = /\bwhen\b|how long|what (?:date|day|month|year|time)/;
const WANTS_NUMBER = /how (?:many|much|often|long|old|far)|what (?:percent|number|score|amount)/;
const WANTS_PLACE = /\bwhere\b|(?:what|which) (?:city|country|place|state)/;
const WANTS_NAME = /\bwho(?:se|m)?\b|\bname/;
const ASKS_AGENT =
  /\b(?:did|have|had|do) you\b|\byou(?:'ve)? (?:recommend|suggest|said|say|told|tell|advis|explain|help|propos|gave|give|describ|mention|provid|outlin)|\byour (?:advice|suggest|recommend|explan)/;
const ABOUT_PAST =
  /\b(?:did|have|has|had|was|were|am) (?:i|we|my|you)\b|\b(?:i|we|you)(?:'ve)? (?:say|said|mention|told|tell|discuss|brought|bring|ask|had|have|did|was|were)|across|throughout|summar|\border in which|\bwhen\b|how (?:many|long)/;

/** A calendar date, as far as a question names one: month from 0, day and year absent when not named. */
export type AskedDate = { month: number; day?: number; year?: number };

/** A question, read. */
export type RecallQuestion = {
  /** Distinct content terms, without the names of who speaks. */
  terms: string[];
  /** The one speaker that it names; null for none, and for several. */
  speaker: string | null;
  wantsTime: boolean;
  wantsNumber: boolean;
  wantsName: boolean;
  /** About what the agent said. */
  asksAgent: boolean;
  /** About what was, and not a request. */
  isAboutPast: boolean;
  date: AskedDate | null;
};

/** The distinct terms of a question as a search sends them. */
export const questionTerms = (question: string): string[] => [...new Set(termsOf(question, "query"))];

/** The terms of speakers' names, each with its speaker: a name in a question says who, not what. */
export function speakerTerms(speakers: Iterable<string>): Map<string, string> {
  const terms = new Map<string, string>();
  for (const speaker of speakers) for (const word of wordsOf(speaker)) terms.set(termOf(word), speaker);
  return terms;
}

/** Reads a question against the names of those who speak where it is asked. */
export function readQuestion(question: string, speakers: ReadonlyMap<string, string>): RecallQuestion {
  const lower = question.toLowerCase().replace(/[\u2018\u2019]/g, "'");
  const all = questionTerms(question);
  const named = new Set(all.flatMap((term) => speakers.get(term) ?? []));
  const content = all.filter((term) => !speakers.has(term));
  const [speaker] = named;
  return {
    terms: mostTelling(content.length > 0 ? content : all, QUESTION_MAX_TERMS),
    speaker: named.size === 1 && speaker !== undefined ? speaker : null,
    wantsTime: WANTS_TIME.test(lower),
    wantsNumber: WANTS_NUMBER.test(lower),
    wantsName: WANTS_NAME.test(lower) || WANTS_PLACE.test(lower),
    asksAgent: ASKS_AGENT.test(lower),
    isAboutPast: ABOUT_PAST.test(lower),
    date: readDate(lower),
  };
}

function readDate(lower: string): AskedDate | null {
  const month = MONTH_PATTERNS.findIndex((pattern) => pattern.test(lower));
  if (month < 0) return null;
  const day = lower.match(DAY_BEFORE_MONTH)?.[1] ?? lower.match(DAY_AFTER_MONTH)?.[1];
  const year = lower.match(YEAR)?.[0];
  return {
    month,
    ...(day === undefined ? {} : { day: Number(day) }),
    ...(year === undefined ? {} : { year: Number(year) }),
  };
}

/** Days into the next month in which people still speak of the last. */
const EARLY_DAYS = 15;

/**
 * How well a moment fits an asked date, in UTC: 1 in its month, half early in the next when no day is named ("last
 * week"), less in another year, twice as much on the very day.
 */
export function dateMatch({ month, day, year }: AskedDate, at: number): number {
  const date = new Date(at);
  const monthsLater = (date.getUTCMonth() - month + 12) % 12;
  const isEarlyNext = monthsLater === 1 && date.getUTCDate() <= EARLY_DAYS && day === undefined;
  let match = monthsLater === 0 ? 1 : isEarlyNext ? 0.5 : 0;
  if (year !== undefined && date.getUTCFullYear() !== year) match *= 0.3;
  if (day !== undefined) match *= date.getUTCDate() === day ? 2 : 0.5;
  return match;
}
