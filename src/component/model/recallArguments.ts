import { checkName, checkTime } from "../../shared/checkedArguments.js";
import {
  RECALL_DEFAULT_TOKENS,
  RECALL_MAX_HITS,
  RECALL_MAX_NEIGHBOURS,
  RECALL_QUERY_MAX_CHARACTERS,
  RECALL_STORE_MAX_VECTORS,
} from "../../shared/limits.js";
import { checkVectors } from "../../shared/vectors.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller, ScopeKind } from "../../validators/principal.js";
import type { EntryVector, RecallKind } from "../../validators/recall.js";
import type { Usage } from "../../validators/usage.js";

/** A question, and where to look for its answer. */
export type Question = {
  caller: Caller;
  query: string;
  kinds: RecallKind[];
  scopes: ScopeKind[];
  threadId?: string;
  /** Messages of the thread from this turn on are left out: the question itself stands there. */
  beforeTurn?: number;
  /** Of documents' metadata, as JSON text: with it only chunks answer. */
  filter?: string;
  limit?: number;
  maxTokens?: number;
  /** Only what was said or written from `after` on and before `before`, in ms since the epoch. */
  after?: number;
  before?: number;
  /** Turns, or chunks, shown on each side of a hit. */
  neighbours?: number;
  /** By how much the newest is raised over the oldest, from 0 to 1. */
  recency?: number;
  /** How far vectors are trusted where words are found, from 0 to 1. */
  vectorWeight?: number;
  explain?: boolean;
};

/** Unless told: what is newer counts a little more, and vectors count fully. */
const DEFAULT_RECENCY = 0.1;
const FULL_WEIGHT = 1;

/** A question with its vector, and what is to be written on the way. */
export type SearchArgs = Question & {
  vector?: number[];
  embedder?: string;
  store?: EntryVector[];
  /** Entries whose text the embedder refused. */
  refused?: string[];
  /** Of the question: its vector is kept, as it becomes no entry. */
  queryHash?: string;
  usage?: Usage;
  runId?: string;
  operationId?: string;
};

/** Refuses a question before anything is written or searched. */
export function checkQuestion({ query, kinds, scopes, threadId, beforeTurn, ...times }: Question): void {
  if (query.length > RECALL_QUERY_MAX_CHARACTERS) {
    throw memoryError(
      "INVALID_ARGUMENT",
      `\`query\` may have ${RECALL_QUERY_MAX_CHARACTERS} characters at most.`,
      {
        length: query.length,
      },
    );
  }
  if (kinds.length === 0) throw memoryError("INVALID_ARGUMENT", "`kinds` names nothing to look for.");
  if (scopes.length === 0) throw memoryError("INVALID_ARGUMENT", "`scopes` names nowhere to look.");
  if (scopes.includes("thread") && threadId === undefined)
    throw memoryError("INVALID_ARGUMENT", "The thread scope needs a `threadId`.");
  if (beforeTurn !== undefined && !(beforeTurn >= 0))
    throw memoryError("INVALID_ARGUMENT", "`beforeTurn` must be a number from 0.");
  checkTime("after", times.after);
  checkTime("before", times.before);
}

/** Refuses vectors that no table takes, of different lengths, or that nobody claims to have made. */
export function checkEmbedded({ vector, embedder, store = [] }: Omit<SearchArgs, keyof Question>): void {
  const vectors = [...(vector === undefined ? [] : [vector]), ...store.map((stored) => stored.vector)];
  if (vectors.length === 0) return;
  if (embedder === undefined)
    throw memoryError("INVALID_ARGUMENT", "Vectors need the name of their `embedder`.");
  checkName("embedder", embedder);
  checkVectors(vectors);
  if (store.length <= RECALL_STORE_MAX_VECTORS) return;
  throw memoryError("INVALID_ARGUMENT", `One call stores ${RECALL_STORE_MAX_VECTORS} vectors at most.`, {
    vectors: store.length,
  });
}

/** How much an answer may hold and how it is weighed, with every default in its place. */
export type Bounds = {
  maxHits: number;
  maxTokens: number;
  neighbours: number;
  recency: number;
  vectorWeight: number;
};

/** Checks the numbers of a question: hits up to `RECALL_MAX_HITS`, within a budget of tokens. */
export function boundsOf(question: Question): Bounds {
  const {
    limit,
    maxTokens,
    neighbours = 0,
    recency = DEFAULT_RECENCY,
    vectorWeight = FULL_WEIGHT,
  } = question;
  if (!Number.isInteger(neighbours) || neighbours < 0 || neighbours > RECALL_MAX_NEIGHBOURS)
    throw memoryError(
      "INVALID_ARGUMENT",
      `\`neighbours\` must be an integer from 0 to ${RECALL_MAX_NEIGHBOURS}.`,
      {
        field: "neighbours",
      },
    );
  return {
    maxHits: Math.min(checkedCount("limit", limit ?? RECALL_MAX_HITS), RECALL_MAX_HITS),
    maxTokens: checkedCount("maxTokens", maxTokens ?? RECALL_DEFAULT_TOKENS),
    neighbours,
    recency: checkedShare("recency", recency),
    vectorWeight: checkedShare("vectorWeight", vectorWeight),
  };
}

function checkedShare(field: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw memoryError("INVALID_ARGUMENT", `\`${field}\` must be a number from 0 to 1.`, { field });
}

function checkedCount(field: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw memoryError("INVALID_ARGUMENT", `\`${field}\` must be an integer from 1.`, { field });
}
