import { EXTRACTION_MAX_KNOWN } from "../../shared/limits.js";
import { questionTerms } from "../../shared/recallQuestion.js";
import { searchOf } from "../../shared/recallTerms.js";
import type { KnownFact, SaidMessage } from "../../validators/extraction.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { isExpired } from "./factRows.js";

/** Messages whose words are searched for, the longest: a text search is a range of its own. */
const SEARCHES = 6;
const HITS_PER_SEARCH = 6;
/** Facts that are shown because they were written last, whatever was said since. */
const RECENT = 8;

/** Active facts of a scope that are like what was said, and the newest: what a new fact may repeat or replace. */
export async function similarFacts(
  ctx: QueryCtx,
  scope: string,
  messages: readonly SaidMessage[],
): Promise<KnownFact[]> {
  const found = new Map<string, Doc<"facts">>();
  const keep = (fact: Doc<"facts"> | null): void => {
    if (fact?.state.kind === "active" && !isExpired(fact) && found.size < EXTRACTION_MAX_KNOWN)
      found.set(fact._id, fact);
  };
  for (const fact of await newestFacts(ctx, scope)) keep(fact);
  const longest = [...messages].sort((left, right) => right.text.length - left.text.length);
  for (const { text } of longest.slice(0, SEARCHES))
    for (const sourceId of await searchFacts(ctx, scope, searchOf(questionTerms(text)))) {
      const id = ctx.db.normalizeId("facts", sourceId);
      if (id !== null && !found.has(id)) keep(await ctx.db.get("facts", id));
    }
  return [...found.values()].map(({ _id, key, text }) => ({
    factId: _id,
    ...(key === undefined ? {} : { key }),
    text,
  }));
}

const newestFacts = (ctx: QueryCtx, scope: string): Promise<Doc<"facts">[]> =>
  ctx.db
    .query("facts")
    .withIndex("by_scope_state", (q) => q.eq("scope", scope).eq("state.kind", "active"))
    .order("desc")
    .take(RECENT);

async function searchFacts(ctx: QueryCtx, scope: string, terms: string): Promise<string[]> {
  if (terms === "") return [];
  const entries = await ctx.db
    .query("recallEntries")
    .withSearchIndex("by_text", (q) => q.search("searchText", terms).eq("scope", scope).eq("kind", "fact"))
    .take(HITS_PER_SEARCH);
  return entries.map(({ sourceId }) => sourceId);
}
