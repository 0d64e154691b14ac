import {
  RECALL_LEXICAL_CANDIDATES,
  RECALL_LIST_CANDIDATES,
  RECALL_NEIGHBOUR_ROWS,
  RECALL_SCAN_ROWS,
  RECALL_STANDING_ROWS,
  RECALL_TIMES_ROWS,
} from "../../shared/limits.js";
import { questionTerms } from "../../shared/recallQuestion.js";
import { searchOf } from "../../shared/recallTerms.js";
import { mergeIntervals, type TurnInterval } from "../../shared/turnIntervals.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { searchFiltered } from "./documentFilter.js";
import { isFiltered, ownedPairs, reaches, threadFacts, threadToSearch, type Reach } from "./recallReach.js";
import { matchesInTimes, type SearchPlace, type TextSearch } from "./recallTimes.js";
import { entryOfVector } from "./vectorTables.js";

type Entry = Doc<"recallEntries">;
type MessageRole = "user" | "assistant";

/** Entries that may answer, and the lists that found them, by id and best first. */
export type Candidates = {
  entries: Map<string, Entry>;
  lexical: string[];
  /** Of what people said alone; the same as `lexical` where no agent spoke. */
  human: string[];
  vector: string[];
  standing: string[];
};

/** Best rows whose neighbours are read, how far around them, and best rows whose replies are. */
const NEIGHBOURS_OF = 60;
const NEIGHBOUR_TURNS = 2;
const REPLIES_TO = 20;

type Search = { reach: Reach; query: string; vectorIds: string[]; vectorWeight: number };

/**
 * Everything that may answer: by words, over all and over what people said; by vectors; standing instructions; and
 * the turns around the best. Lists only have to hold what is wanted, the order is made afterwards.
 */
export async function findCandidates(ctx: QueryCtx, search: Search): Promise<Candidates> {
  const { reach } = search;
  const terms = searchOf(questionTerms(search.query));
  const entries = new Map<string, Entry>();
  const keep = (rows: readonly Entry[]): string[] => {
    const kept = rows.filter((row) => reaches(reach, row));
    for (const row of kept) entries.set(row._id, row);
    return kept.map((row) => row._id);
  };
  const lexical = keep(terms === "" ? [] : await searchAll(ctx, reach, { terms }));
  const hasReplies = lexical.some((id) => entries.get(id)?.role === "assistant");
  const human = hasReplies ? keep(await searchAll(ctx, reach, { terms, role: "user" })) : lexical;
  const usesVectors = search.vectorWeight > 0 || entries.size === 0;
  const vector = usesVectors
    ? keep(await entriesOfVectors(ctx, search.vectorIds, [...entries.values()]))
    : [];
  const best = takeTurns([lexical, human, vector]).flatMap((id) => entries.get(id) ?? []);
  const standing = best.length === 0 ? [] : keep(await standingOf(ctx, reach));
  keep(await neighboursOf(ctx, best, entries));
  return { entries, lexical, human, vector, standing };
}

/**
 * One list of all searches, in turns: a filter cannot OR, and no score tells how two searches compare. With `role`
 * only of what people said: replies, which are long, would take its places.
 */
async function searchAll(
  ctx: QueryCtx,
  reach: Reach,
  { terms, role }: { terms: string; role?: "user" },
): Promise<Entry[]> {
  const thread = threadToSearch(reach);
  const pairs = [...threadFacts(reach), ...ownedPairs(reach)].filter(
    ({ kind }) => role === undefined || kind === "message",
  );
  const places: SearchPlace[] = [
    ...(thread === null ? [] : [{ kind: "message" as const, threadId: thread.threadId }]),
    ...pairs,
  ];
  const isNarrow = role === undefined && places.length <= 2;
  const limit = isNarrow ? RECALL_LEXICAL_CANDIDATES : RECALL_LIST_CANDIDATES;
  const lists: Entry[][] = [];
  const { tags } = reach;
  for (const place of places)
    if ("scope" in place && tags.length > 0)
      lists.push(...(await searchFiltered(ctx, { scope: place.scope, terms, tags })));
    else lists.push(await searchPlace(ctx, place, { terms, role, limit, reach, places: places.length }));
  return takeTurns(lists);
}

/** With a time filter more is read, an even share for each place, and as many are kept. */
async function searchPlace(
  ctx: QueryCtx,
  place: SearchPlace,
  { reach, places, ...search }: TextSearch & { reach: Reach; places: number },
): Promise<Entry[]> {
  const { within } = reach;
  if (!isFiltered(within)) return await searchWords(ctx, place, search);
  const share = (rows: number) => Math.floor(rows / places);
  const inTimes = await matchesInTimes(ctx, place, { ...search, within, limit: share(RECALL_TIMES_ROWS) });
  const limit = Math.max(search.limit, share(RECALL_SCAN_ROWS));
  const rows = inTimes ?? (await searchWords(ctx, place, { ...search, limit }));
  return rows.filter((row) => reaches(reach, row)).slice(0, search.limit);
}

const searchWords = (
  ctx: QueryCtx,
  place: SearchPlace,
  { terms, limit, role }: TextSearch,
): Promise<Entry[]> =>
  ctx.db
    .query("recallEntries")
    .withSearchIndex("by_text", (q) => {
      const words = q.search("searchText", terms);
      const inPlace =
        "scope" in place ? words.eq("scope", place.scope) : words.eq("threadId", place.threadId);
      const found = inPlace.eq("kind", place.kind);
      return role === undefined ? found : found.eq("role", role);
    })
    .take(limit);

/** The entries of vectors, nearest first; those that words have found are not read again. */
async function entriesOfVectors(
  ctx: QueryCtx,
  vectorIds: readonly string[],
  known: readonly Entry[],
): Promise<Entry[]> {
  const byVector = new Map<string, Entry>();
  for (const entry of known) {
    if (entry.vectorId !== undefined) byVector.set(entry.vectorId, entry);
    if (entry.otherVectorId !== undefined) byVector.set(entry.otherVectorId, entry);
  }
  const found: Entry[] = [];
  for (const vectorId of vectorIds) {
    const entry = byVector.get(vectorId) ?? (await entryOfVector(ctx, vectorId));
    if (entry !== null) found.push(entry);
  }
  return found;
}

/** The newest standing instructions: "always …" is wanted although a question shares no word with it. */
async function standingOf(ctx: QueryCtx, reach: Reach): Promise<Entry[]> {
  const thread = threadToSearch(reach);
  const found: Entry[] = [];
  if (thread !== null) {
    const rows = ctx.db
      .query("recallEntries")
      .withIndex("by_thread_standing", (q) => q.eq("threadId", thread.threadId).eq("standing", true));
    found.push(...(await rows.order("desc").take(RECALL_STANDING_ROWS)));
  }
  const scopes = new Set([...threadFacts(reach), ...ownedPairs(reach)].map(({ scope }) => scope));
  for (const scope of scopes) {
    const rows = ctx.db
      .query("recallEntries")
      .withIndex("by_scope_standing", (q) => q.eq("scope", scope).eq("standing", true));
    found.push(...(await rows.order("desc").take(RECALL_STANDING_ROWS)));
  }
  return found
    .toSorted((left, right) => right._creationTime - left._creationTime)
    .slice(0, RECALL_STANDING_ROWS);
}

/** What people said right before and after the best, and what agents answered to the very best; nothing twice. */
async function neighboursOf(
  ctx: QueryCtx,
  best: readonly Entry[],
  known: ReadonlyMap<string, Entry>,
): Promise<Entry[]> {
  const around = best.slice(0, NEIGHBOURS_OF).flatMap((entry) => turnsAround(entry, NEIGHBOUR_TURNS));
  const answered = best.slice(0, REPLIES_TO).filter((entry) => entry.role === "user");
  const have = new Set([...known.values()].map(({ role, threadId, turn }) => `${role}/${threadId}/${turn}`));
  const isMissing = (role: MessageRole) => (turn: TurnInterval) =>
    !have.has(`${role}/${turn.group}/${turn.from}`);
  const found: Entry[] = [];
  for (const { role, intervals } of [
    { role: "user" as const, intervals: around.filter(isMissing("user")) },
    {
      role: "assistant" as const,
      intervals: answered.flatMap((entry) => turnsAround(entry, 0)).filter(isMissing("assistant")),
    },
  ]) {
    for (const interval of mergeIntervals(intervals)) {
      const left = RECALL_NEIGHBOUR_ROWS - found.length;
      if (left <= 0) return found;
      found.push(...(await messagesIn(ctx, interval, role).take(left)));
    }
  }
  return found;
}

/** The turns around an entry, each by itself: those that are known need not be read. */
function turnsAround({ threadId, turn }: Entry, turns: number): TurnInterval<Id<"threads">>[] {
  if (threadId === undefined || turn === undefined) return [];
  const offsets = Array.from({ length: 2 * turns + 1 }, (_, index) => index - turns);
  return offsets.map((offset) => ({ group: threadId, from: turn + offset, to: turn + offset }));
}

const messagesIn = (ctx: QueryCtx, { group, from, to }: TurnInterval<Id<"threads">>, role: MessageRole) =>
  ctx.db
    .query("recallEntries")
    .withIndex("by_thread_role_turn", (q) =>
      q.eq("threadId", group).eq("role", role).gte("turn", from).lte("turn", to),
    );

/** The first of each list, then the second of each, and so on; what two lists hold counts once. */
function takeTurns<Item>(lists: readonly Item[][]): Item[] {
  const merged = new Set<Item>();
  const longest = Math.max(0, ...lists.map((list) => list.length));
  for (let rank = 0; rank < longest; rank++) {
    for (const list of lists) {
      const item = list[rank];
      if (item !== undefined) merged.add(item);
    }
  }
  return [...merged];
}
