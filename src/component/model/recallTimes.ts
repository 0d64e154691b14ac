import type { RecallKind } from "../../validators/recall.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import type { Reach } from "./recallReach.js";

type Entry = Doc<"recallEntries">;

/** Where one search looks: one kind of a scope, or of a thread. */
export type SearchPlace = { kind: RecallKind; scope: string } | { kind: "message"; threadId: Id<"threads"> };

/** Terms as one text search, and whose words alone count. */
export type TextSearch = { terms: string; limit: number; role?: "user" | "assistant" };

/**
 * Entries of the asked times that hold a term of the question, those of most terms first; null where the times hold
 * more than `limit`. A text search cannot filter by time: of a day among years it would find nothing.
 */
export async function matchesInTimes(
  ctx: QueryCtx,
  place: SearchPlace,
  { terms, role, limit, within }: TextSearch & Pick<Reach, "within">,
): Promise<Entry[] | null> {
  const rows = await entriesIn(ctx, place, within).take(limit + 1);
  if (rows.length > limit) return null;
  const asked = terms.split(" ");
  return rows
    .filter((row) => role === undefined || row.role === role)
    .map((row) => ({ row, matches: countMatches(row, asked) }))
    .filter(({ matches }) => matches > 0)
    .toSorted((left, right) => right.matches - left.matches || right.row.at - left.row.at)
    .map(({ row }) => row);
}

/** The newest first. */
function entriesIn(
  ctx: QueryCtx,
  place: SearchPlace,
  { after = -Infinity, before = Infinity }: Reach["within"],
) {
  const { kind } = place;
  const entries = ctx.db.query("recallEntries");
  const found =
    "scope" in place
      ? entries.withIndex("by_scope_time", (q) =>
          q.eq("scope", place.scope).eq("kind", kind).gte("at", after).lt("at", before),
        )
      : entries.withIndex("by_thread_time", (q) =>
          q.eq("threadId", place.threadId).eq("kind", kind).gte("at", after).lt("at", before),
        );
  return found.order("desc");
}

/** How many of the terms an entry holds; the last also as the beginning of a term, as text search has it. */
function countMatches({ searchText }: Entry, terms: readonly string[]): number {
  const held = new Set(searchText.split(" "));
  const last = terms.at(-1) ?? "";
  const begins = !held.has(last) && [...held].some((term) => term.startsWith(last));
  return terms.filter((term) => held.has(term)).length + (begins ? 1 : 0);
}
