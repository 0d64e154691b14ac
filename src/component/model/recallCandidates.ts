import { RECALL_LIST_CANDIDATES } from "../../shared/limits.js";
import { fuseRanks } from "../../shared/rankFusion.js";
import { scopeOf } from "../../shared/scope.js";
import { searchTerms } from "../../shared/searchText.js";
import type { ScopeKind } from "../../validators/principal.js";
import type { RecallKind } from "../../validators/recall.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import type { Question } from "./recallArguments.js";
import { openThread } from "./threads.js";
import { SLOT_FIELDS } from "./vectorTables.js";

type Entry = Doc<"recallEntries">;

/** What the caller may look at: checked once, then held against every candidate of either list. */
export type Reach = {
  kinds: RecallKind[];
  thread: Doc<"threadHeads"> | null;
  searchesThread: boolean;
  /** Scope strings by their kind, without the thread. */
  scopes: { kind: ScopeKind; scope: string }[];
};

/** An entry with its places in the lists, counted from 1. Entries known by their vector alone are read when needed. */
export type Candidate = {
  entry: Entry | { vectorId: string };
  score: number;
  lexicalRank?: number;
  vectorRank?: number;
};

/** What lives where: other pairs would be searches that find nothing. No domain writes facts yet. */
const KINDS_IN: Record<ScopeKind, readonly RecallKind[]> = {
  thread: ["message"],
  user: ["message", "chunk"],
  agent: ["chunk"],
  tenant: ["chunk"],
};

/**
 * Opens what the question asks for. In a shared thread only the thread itself answers: what one participant told in
 * private is not for the others.
 */
export async function reachOf(ctx: QueryCtx, question: Question): Promise<Reach> {
  const { caller, threadId } = question;
  const thread = threadId === undefined ? null : await openThread(ctx, caller, threadId, "read");
  const scopes = ownScopes(question);
  return {
    kinds: [...new Set(question.kinds)],
    thread,
    searchesThread: question.scopes.includes("thread"),
    scopes: thread?.shared === true ? [] : scopes,
  };
}

/** The scopes that follow from the principal; INVALID_ARGUMENT where it has none of that kind. */
export const ownScopes = ({ caller, scopes }: Pick<Question, "caller" | "scopes">): Reach["scopes"] =>
  [...new Set(scopes)]
    .filter((kind) => kind !== "thread")
    .map((kind) => ({ kind, scope: scopeOf(caller, kind) }));

/** The pairs of kind and scope that are searched for this reach. */
export const ownedPairs = ({
  kinds,
  scopes,
}: Pick<Reach, "kinds" | "scopes">): { kind: RecallKind; scope: string }[] =>
  scopes.flatMap(({ kind: scopeKind, scope }) =>
    kinds.filter((kind) => KINDS_IN[scopeKind].includes(kind)).map((kind) => ({ kind, scope })),
  );

/** True when the entry is one that the caller asked for and may see. */
export function reaches({ kinds, thread, searchesThread, scopes }: Reach, entry: Entry): boolean {
  if (!kinds.includes(entry.kind)) return false;
  if (searchesThread && thread !== null && entry.threadId === thread.threadId) return true;
  return ownedPairs({ kinds, scopes }).some(
    ({ kind, scope }) => kind === entry.kind && scope === entry.scope,
  );
}

/** Both lists fused by their ranks, best first. A tie goes to the better lexical rank, so it never hangs on ids. */
export async function findCandidates(
  ctx: QueryCtx,
  { reach, query, vectorIds }: { reach: Reach; query: string; vectorIds: string[] },
): Promise<Candidate[]> {
  const lexical = await searchWords(ctx, reach, searchTerms(query));
  const nearby = new Set(vectorIds);
  const byKey = new Map(lexical.map((entry) => [keyOf(entry, nearby), entry]));
  const fused = fuseRanks([
    { weight: 1, ids: [...byKey.keys()] },
    { weight: 1, ids: vectorIds },
  ]);
  const candidates = fused.map(({ id, score, ranks: [lexicalRank, vectorRank] }) => ({
    entry: byKey.get(id) ?? { vectorId: id },
    score,
    lexicalRank: lexicalRank ?? undefined,
    vectorRank: vectorRank ?? undefined,
  }));
  return candidates.sort(
    (left, right) =>
      right.score - left.score ||
      (left.lexicalRank ?? Infinity) - (right.lexicalRank ?? Infinity) ||
      (left.vectorRank ?? Infinity) - (right.vectorRank ?? Infinity),
  );
}

/** An entry goes by its vector where that is near: so the two lists meet without reading a row for each vector. */
const keyOf = (entry: Entry, nearby: ReadonlySet<string>): string =>
  SLOT_FIELDS.map((field) => entry[field]).find((id) => id !== undefined && nearby.has(id)) ?? entry._id;

/** One list of all searches, in turns: a filter cannot OR, and no score tells how two searches compare. */
async function searchWords(ctx: QueryCtx, reach: Reach, terms: string): Promise<Entry[]> {
  if (terms === "") return [];
  const lists: Entry[][] = [];
  if (reach.searchesThread && reach.thread !== null) {
    const { threadId } = reach.thread;
    const kinds = reach.kinds.filter((kind) => KINDS_IN.thread.includes(kind));
    for (const kind of kinds) lists.push(await searchThread(ctx, { threadId, kind, terms }));
  }
  for (const { kind, scope } of ownedPairs(reach)) lists.push(await searchScope(ctx, { scope, kind, terms }));
  return takeTurns(lists);
}

const searchThread = (
  ctx: QueryCtx,
  { threadId, kind, terms }: { threadId: Id<"threads">; kind: RecallKind; terms: string },
): Promise<Entry[]> =>
  ctx.db
    .query("recallEntries")
    .withSearchIndex("by_text", (q) =>
      q.search("searchText", terms).eq("threadId", threadId).eq("kind", kind),
    )
    .take(RECALL_LIST_CANDIDATES);

const searchScope = (
  ctx: QueryCtx,
  { scope, kind, terms }: { scope: string; kind: RecallKind; terms: string },
): Promise<Entry[]> =>
  ctx.db
    .query("recallEntries")
    .withSearchIndex("by_text", (q) => q.search("searchText", terms).eq("scope", scope).eq("kind", kind))
    .take(RECALL_LIST_CANDIDATES);

/** The first of each list, then the second of each, and so on; what two lists hold counts once. */
function takeTurns(lists: Entry[][]): Entry[] {
  const merged = new Map<string, Entry>();
  const longest = Math.max(0, ...lists.map((list) => list.length));
  for (let rank = 0; rank < longest; rank++) {
    for (const list of lists) {
      const entry = list[rank];
      if (entry !== undefined && !merged.has(entry._id)) merged.set(entry._id, entry);
    }
  }
  return [...merged.values()];
}
