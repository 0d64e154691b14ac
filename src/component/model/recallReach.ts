import { tagsOfFilter } from "../../shared/documentTags.js";
import { scopeOf, threadScope } from "../../shared/scope.js";
import type { ScopeKind } from "../../validators/principal.js";
import type { RecallKind } from "../../validators/recall.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import type { Question } from "./recallArguments.js";
import { openThread } from "./threads.js";

type Entry = Doc<"recallEntries">;

/** What the caller may look at: checked once, then held against every candidate of every list. */
export type Reach = {
  kinds: RecallKind[];
  thread: Doc<"threadHeads"> | null;
  searchesThread: boolean;
  /** Scope strings by their kind, without the thread. */
  scopes: { kind: ScopeKind; scope: string }[];
  /** Times and turns that the question leaves out. */
  within: Pick<Question, "after" | "before" | "beforeTurn">;
  /** What the metadata of a chunk's document must hold. */
  tags: string[];
};

/** What lives where: other pairs would be searches that find nothing. */
const KINDS_IN: Record<ScopeKind, readonly RecallKind[]> = {
  thread: ["message", "fact"],
  user: ["message", "fact", "chunk"],
  agent: ["fact", "chunk"],
  tenant: ["fact", "chunk"],
};

/**
 * Opens what the question asks for. In a shared thread only the thread itself answers: what one participant told in
 * private is not for the others.
 */
export async function reachOf(ctx: QueryCtx, question: Question): Promise<Reach> {
  const { caller, threadId, after, before, beforeTurn } = question;
  const thread = threadId === undefined ? null : await openThread(ctx, caller, threadId, "read");
  const scopes = ownScopes(question);
  const tags = tagsOfFilter(question.filter);
  const kinds = [...new Set(question.kinds)];
  return {
    kinds: tags.length === 0 ? kinds : kinds.filter((kind) => kind === "chunk"),
    tags,
    thread,
    searchesThread: question.scopes.includes("thread"),
    scopes: thread?.shared === true ? [] : scopes,
    within: { after, before, beforeTurn },
  };
}

/** The scopes that follow from the principal; INVALID_ARGUMENT where it has none of that kind. */
export const ownScopes = ({ caller, scopes }: Pick<Question, "caller" | "scopes">): Reach["scopes"] =>
  [...new Set(scopes)]
    .filter((kind) => kind !== "thread")
    .map((kind) => ({ kind, scope: scopeOf(caller, kind) }));

/** A kind of entry in one scope. */
export type OwnedPair = { kind: RecallKind; scope: string };

/** The pairs of kind and scope that are searched for this reach. */
export const ownedPairs = ({ kinds, scopes }: Pick<Reach, "kinds" | "scopes">): OwnedPair[] =>
  scopes.flatMap(({ kind: scopeKind, scope }) =>
    kinds.filter((kind) => KINDS_IN[scopeKind].includes(kind)).map((kind) => ({ kind, scope })),
  );

/** Facts of the thread itself: those that were only learned in it belong to another scope. */
export function threadFacts({ kinds, thread, searchesThread }: Reach): OwnedPair[] {
  if (!searchesThread || thread === null || !kinds.includes("fact")) return [];
  return [{ kind: "fact", scope: threadScope(thread.threadId) }];
}

/** The open thread where its messages are asked for. */
export const threadToSearch = ({ kinds, thread, searchesThread }: Reach): Doc<"threadHeads"> | null =>
  searchesThread && kinds.includes("message") ? thread : null;

/** True when the entry is one that the caller asked for and may see. */
export function reaches(reach: Reach, entry: Entry): boolean {
  if (!isWithin(reach, entry)) return false;
  const ofThread = entry.kind === "message" && entry.threadId === threadToSearch(reach)?.threadId;
  if (ofThread && entry.threadId !== undefined) return true;
  const pairs = [...ownedPairs(reach), ...threadFacts(reach)];
  return pairs.some(({ kind, scope }) => kind === entry.kind && scope === entry.scope);
}

function isWithin({ within, thread }: Reach, { at, threadId, kind, turn }: Entry): boolean {
  const { after = -Infinity, before = Infinity, beforeTurn = Infinity } = within;
  if (at < after || at >= before) return false;
  const isHere = kind === "message" && threadId !== undefined && threadId === thread?.threadId;
  return !isHere || (turn ?? 0) < beforeTurn;
}

/** True when the question leaves out times, so that lists must be longer to hold as many that stay. */
export const isFiltered = ({ after, before }: Reach["within"]): boolean =>
  after !== undefined || before !== undefined;
