import { RECALL_LIST_CANDIDATES } from "../../shared/limits.js";
import { isZeroVector, ownerKey, padVector, threadKey } from "../../shared/vectors.js";
import type { RecallHit } from "../../validators/recall.js";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";
import type { ActionCtx, QueryCtx } from "../_generated/server.js";
import { boundsOf, checkEmbedded, checkQuestion, type Question, type SearchArgs } from "./recallArguments.js";
import { findCandidates, ownedPairs, ownScopes, reachOf } from "./recallCandidates.js";
import { readHits } from "./recallHits.js";
import { tableFor } from "./vectorTables.js";

type Answer = { hits: RecallHit[] };

/**
 * Finds by words and by meaning. What is to be stored is stored first, so that it can be found. The vectors of the
 * asked scopes are compared here; who may see what they lead to is decided in the one query that follows.
 */
export async function search(ctx: ActionCtx, args: SearchArgs): Promise<Answer> {
  const { vector, embedder, store, refused, queryHash, usage, runId, operationId, ...question } = args;
  checkQuestion(question);
  checkEmbedded(args);
  boundsOf(question);
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

/** Both lists, fused, held against what the caller may see, and read. */
export async function rank(
  ctx: QueryCtx,
  { vectorIds, ...question }: Question & { vectorIds: string[] },
): Promise<Answer> {
  checkQuestion(question);
  const bounds = boundsOf(question);
  const reach = await reachOf(ctx, question);
  const candidates = await findCandidates(ctx, { reach, query: question.query, vectorIds });
  const hits = await readHits(ctx, candidates, { ...bounds, reach, beforeTurn: question.beforeTurn });
  return { hits };
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
  const query = { vector: padVector(vector), limit: RECALL_LIST_CANDIDATES };
  const table = tableFor(vector.length);
  const { threadId, scopes, kinds } = question;
  const inThread: Promise<Nearest[]> =
    threadId === undefined || !scopes.includes("thread") || !kinds.includes("message")
      ? Promise.resolve([])
      : ctx.vectorSearch(table, "by_vector", {
          ...query,
          filter: (q) => q.eq("threadKey", threadKey(made, threadId)),
        });
  const keys = ownedPairs({ kinds: [...new Set(kinds)], scopes: ownScopes(question) }).map(
    ({ kind, scope }) => ownerKey(made, kind, scope),
  );
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
