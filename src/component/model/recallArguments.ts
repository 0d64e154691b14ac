import { checkName } from "../../shared/checkedArguments.js";
import { RECALL_STORE_MAX_VECTORS } from "../../shared/limits.js";
import { checkVectors } from "../../shared/vectors.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller, ScopeKind } from "../../validators/principal.js";
import type { RecallKind } from "../../validators/recall.js";
import type { EntryVector } from "../../validators/recallEntry.js";
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
