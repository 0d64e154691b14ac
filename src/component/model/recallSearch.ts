import { RECALL_LIST_CANDIDATES, RECALL_VECTOR_SCAN } from "../../shared/limits.js";
import { boundsOf, checkQuestion } from "../../shared/recallArguments.js";
import { explainRow, type ListRanks } from "../../shared/recallExplain.js";
import { rankRows } from "../../shared/recallRank.js";
import { ownTerms, type RecallRow } from "../../shared/recallRow.js";
import { threadScope } from "../../shared/scope.js";
import { tagsOfFilter } from "../../shared/documentTags.js";
import { isZeroVector, ownerKey, padVector, threadKey } from "../../shared/vectors.js";
import type { RecallHit } from "../../validators/recall.js";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { ActionCtx, QueryCtx } from "../_generated/server.js";
import { documentKeys } from "./documentFilter.js";
import { checkEmbedded, type Question, type SearchArgs } from "./recallArguments.js";
import { findCandidates, type Candidates } from "./recallCandidates.js";
import { readHits } from "./recallHits.js";
import { isFiltered, ownedPairs, ownScopes, reachOf, type Reach } from "./recallReach.js";
import { tableFor } from "./vectorTables.js";

type Entry = Doc<"recallEntries">;
type Answer = { hits: RecallHit[] };

/**
 * Finds by words and by meaning. What is to be stored is stored first, so that it can be found. The vectors of the
 * asked scopes are compared here; who may see what they lead to is decided in the one query that follows.
 */
export async function search(ctx: ActionCtx, args: SearchArgs): Promise<Answer> {
  const { vector, embedder, store, refused, queryHash, usage, runId, operationId, ...question } = args;
  checkQuestion(question);
  checkEmbedded(args);
  const kept = queryHash === undefined || vector === undefined ? undefined : { textHash: queryHash, vector };
  const isAnyGiven = [store, refused].some((given) => given !== undefined && given.length > 0);
  if (isAnyGiven || kept !== undefined || usage !== undefined) {
    const { caller, threadId } = question;
    await ctx.runMutation(internal.recall.keep, {
      caller,
      threadId,
      runId,
      operationId,
      embedder,
      store,
      refused,
      question: kept,
      usage,
    });
  }
  const vectorIds =
    vector === undefined || embedder === undefined ? [] : await nearest(ctx, question, { vector, embedder });
  return await ctx.runQuery(internal.recall.rank, { ...question, vectorIds });
}

/** Finds by words alone. */
export async function searchText(ctx: QueryCtx, question: Question): Promise<Answer> {
  return await rank(ctx, { ...question, vectorIds: [] });
}

/** All lists united, held against what the caller may see, ranked and read. */
export async function rank(
  ctx: QueryCtx,
  { vectorIds, ...question }: Question & { vectorIds: string[] },
): Promise<Answer> {
  checkQuestion(question);
  const bounds = boundsOf(question);
  const reach = await reachOf(ctx, question);
  const { query } = question;
  const { vectorWeight, recency } = bounds;
  const candidates = await findCandidates(ctx, { reach, query, vectorIds, vectorWeight });
  const ranked = rankRows({
    query,
    rows: [...candidates.entries.values()].map(toRow),
    documents: documentsIn(reach, candidates),
    byVector: candidates.vector,
    vectorWeight,
    recency,
  });
  const found = await readHits(ctx, { ranked, candidates }, { ...bounds, reach });
  if (question.explain !== true) return { hits: found.map(({ source }) => source) };
  const placesFor = placesIn(candidates);
  return {
    hits: found.map(({ source, ranked: row }) => ({
      ...source,
      why: explainRow(row, placesFor(row.row.id)),
    })),
  };
}

/** The places of an entry in the lists, from 1. */
function placesIn({ lexical, human, vector, standing }: Candidates): (id: string) => ListRanks {
  const placeIn = (ids: readonly string[], id: string) =>
    ids.includes(id) ? ids.indexOf(id) + 1 : undefined;
  return (id) => ({
    lexical: placeIn(lexical, id),
    human: placeIn(human, id),
    vector: placeIn(vector, id),
    standing: placeIn(standing, id),
  });
}

function toRow(entry: Entry): RecallRow {
  const { kind, scope, threadId, documentId, turn, session, speaker, importance } = entry;
  return {
    id: entry._id,
    kind,
    group: (kind === "message" ? threadId : documentId) ?? scope,
    isReply: entry.role === "assistant",
    at: entry.at,
    own: ownTerms(entry),
    flags: entry.flags ?? 0,
    isStanding: entry.standing === true,
    ...(turn === undefined ? {} : { turn }),
    ...(session === undefined ? {} : { session }),
    ...(speaker === undefined ? {} : { speaker }),
    ...(importance === undefined ? {} : { importance }),
  };
}

/**
 * How many texts there are where the question is asked, as far as it costs no read: a thread counts its messages,
 * and the turns of the candidates say how long the others are.
 */
function documentsIn({ thread, searchesThread }: Reach, { entries }: Candidates): number {
  const turns = new Map<string, number>();
  for (const { threadId, turn } of entries.values())
    if (threadId !== undefined && turn !== undefined)
      turns.set(threadId, Math.max(turns.get(threadId) ?? 0, turn + 1));
  if (searchesThread && thread !== null) turns.set(thread.threadId, thread.messages);
  return [...turns.values()].reduce((sum, count) => sum + count, 0);
}

type Embedded = { vector: number[]; embedder: string };
type Nearest = { _id: Id<ReturnType<typeof tableFor>>; _score: number };

/**
 * Vectors nearest to the question's, best first. The thread and the owned scopes are searched apart: in a shared
 * thread the query drops the latter, and they must not have taken the places of the former.
 */
async function nearest(
  ctx: ActionCtx,
  question: Question,
  { vector, embedder }: Embedded,
): Promise<string[]> {
  if (isZeroVector(vector)) return [];
  const made = { embedder, length: vector.length };
  const limit = isFiltered(question) ? RECALL_VECTOR_SCAN : RECALL_LIST_CANDIDATES;
  const query = { vector: padVector(vector), limit };
  const table = tableFor(vector.length);
  const named = await keysOfFiltered(ctx, question, made);
  if (named !== null) return await nearestOf(ctx, { table, query, keys: named });
  const { threadId, scopes, kinds } = question;
  const inThread: Promise<Nearest[]> =
    threadId === undefined || !scopes.includes("thread") || !kinds.includes("message")
      ? Promise.resolve([])
      : ctx.vectorSearch(table, "by_vector", {
          ...query,
          filter: (q) => q.eq("threadKey", threadKey(made, threadId)),
        });
  const pairs = ownedPairs({ kinds: [...new Set(kinds)], scopes: ownScopes(question) });
  if (threadId !== undefined && scopes.includes("thread") && kinds.includes("fact"))
    pairs.push({ kind: "fact", scope: threadScope(threadId) });
  const keys = pairs.map(({ kind, scope }) => ownerKey(made, kind, scope));
  const inScopes: Promise<Nearest[]> =
    keys.length === 0
      ? Promise.resolve([])
      : ctx.vectorSearch(table, "by_vector", {
          ...query,
          filter: (q) => q.or(...keys.map((key) => q.eq("ownerKey", key))),
        });
  const found = [...(await inThread), ...(await inScopes)];
  found.sort((left, right) => right._score - left._score);
  return [...new Set(found.map(({ _id }) => _id as string))];
}

/** The keys of the few documents that a filter names; null without a filter, and where they are too many. */
async function keysOfFiltered(
  ctx: ActionCtx,
  { caller, scopes, filter }: Question,
  made: { embedder: string; length: number },
): Promise<string[] | null> {
  if (filter === undefined || tagsOfFilter(filter).length === 0) return null;
  const matches = await ctx.runQuery(internal.documents.matching, { caller, scopes, filter });
  return "ids" in matches ? documentKeys(made, matches.ids) : null;
}

type Near = {
  table: ReturnType<typeof tableFor>;
  query: { vector: number[]; limit: number };
  keys: string[];
};

async function nearestOf(ctx: ActionCtx, { table, query, keys }: Near): Promise<string[]> {
  if (keys.length === 0) return [];
  const found = await ctx.vectorSearch(table, "by_vector", {
    ...query,
    filter: (q) => q.or(...keys.map((key) => q.eq("threadKey", key))),
  });
  return found.map(({ _id }) => _id as string);
}
