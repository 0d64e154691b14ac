import { memoryError } from "../validators/errors.js";
import { vScopeKind } from "../validators/principal.js";
import { vRecallKind } from "../validators/recall.js";
import { checkTime } from "./checkedArguments.js";
import { tagsOfFilter } from "./documentTags.js";
import {
  RECALL_DEFAULT_TOKENS,
  RECALL_MAX_HITS,
  RECALL_MAX_NEIGHBOURS,
  RECALL_QUERY_MAX_CHARACTERS,
} from "./limits.js";

/** Unless told: what is newer counts a little more, and vectors count fully. */
const DEFAULT_RECENCY = 0.1;
const FULL_WEIGHT = 1;

/** How much an answer may hold and how it is weighed. */
type AskedBounds = {
  limit?: number | undefined;
  maxTokens?: number | undefined;
  /** Turns, or chunks, shown on each side of a hit. */
  neighbours?: number | undefined;
  /** By how much the newest is raised over the oldest, from 0 to 1. */
  recency?: number | undefined;
  /** How far vectors are trusted where words are found, from 0 to 1. */
  vectorWeight?: number | undefined;
};

/** What of a question can be wrong by itself. */
type AskedQuestion = AskedBounds & {
  query: string;
  kinds: readonly string[];
  scopes: readonly string[];
  threadId?: string | undefined;
  beforeTurn?: number | undefined;
  filter?: string | undefined;
  after?: number | undefined;
  before?: number | undefined;
};

/** Refuses a question before anything is paid for, written or searched. */
export function checkQuestion(question: AskedQuestion): void {
  const { query, threadId, beforeTurn } = question;
  checkQuery(query);
  checkPlaces(question);
  if (beforeTurn !== undefined && !(beforeTurn >= 0)) throw invalid("beforeTurn", "must be a number from 0.");
  if (beforeTurn !== undefined && threadId === undefined)
    throw invalid("beforeTurn", "is of a thread: give its `threadId`.");
  checkTime("after", question.after);
  checkTime("before", question.before);
  tagsOfFilter(question.filter);
  boundsOf(question);
}

/** Words to search for, up to `RECALL_QUERY_MAX_CHARACTERS`. */
export function checkQuery(query: string): void {
  if (query.length > RECALL_QUERY_MAX_CHARACTERS)
    throw memoryError(
      "INVALID_ARGUMENT",
      `\`query\` may have ${RECALL_QUERY_MAX_CHARACTERS} characters at most.`,
      { length: query.length },
    );
}

function checkPlaces({ kinds, scopes, threadId }: AskedQuestion): void {
  if (kinds.length === 0) throw memoryError("INVALID_ARGUMENT", "`kinds` names nothing to look for.");
  if (scopes.length === 0) throw memoryError("INVALID_ARGUMENT", "`scopes` names nowhere to look.");
  checkNames("kinds", kinds, vRecallKind);
  checkNames("scopes", scopes, vScopeKind);
  if (scopes.includes("thread") && threadId === undefined)
    throw memoryError("INVALID_ARGUMENT", "The thread scope needs a `threadId`.");
}

function checkNames(
  field: string,
  names: readonly string[],
  { members }: { members: readonly { value: string }[] },
): void {
  const known = members.map(({ value }) => value);
  if (names.every((name) => known.includes(name))) return;
  throw invalid(field, `may name ${known.join(", ")} only.`);
}

/** The same with every default in its place. */
export type Bounds = {
  maxHits: number;
  maxTokens: number;
  neighbours: number;
  recency: number;
  vectorWeight: number;
};

/** Checks the numbers of a question: hits up to `RECALL_MAX_HITS`, within a budget of tokens. */
export function boundsOf({
  limit = RECALL_MAX_HITS,
  maxTokens = RECALL_DEFAULT_TOKENS,
  neighbours = 0,
  recency = DEFAULT_RECENCY,
  vectorWeight = FULL_WEIGHT,
}: AskedBounds): Bounds {
  if (!Number.isInteger(neighbours) || neighbours < 0 || neighbours > RECALL_MAX_NEIGHBOURS)
    throw invalid("neighbours", `must be an integer from 0 to ${RECALL_MAX_NEIGHBOURS}.`);
  return {
    maxHits: Math.min(checkedCount("limit", limit), RECALL_MAX_HITS),
    maxTokens: checkedCount("maxTokens", maxTokens),
    neighbours,
    recency: checkedShare("recency", recency),
    vectorWeight: checkedShare("vectorWeight", vectorWeight),
  };
}

function checkedShare(field: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw invalid(field, "must be a number from 0 to 1.");
}

/** A number of things: an integer from 1. */
export function checkedCount(field: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw invalid(field, "must be an integer from 1.");
}

const invalid = (field: string, rule: string) =>
  memoryError("INVALID_ARGUMENT", `\`${field}\` ${rule}`, { field });
