import { EMBEDDING_LOOK_ENTRIES, EMBEDDING_SETTLE_MS } from "../../shared/limits.js";
import type { BuildPlace } from "../../validators/embedding.js";
import type { Caller } from "../../validators/principal.js";
import type { PendingEntry } from "../../validators/recallEntry.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { checkedPage } from "./embeddingQueue.js";
import { checkSystem } from "./embeddingSlots.js";
import { textsOf } from "./embeddingTexts.js";
import { SLOT_FIELDS } from "./vectorTables.js";

type PageArgs = { caller: Caller; generationId: string; after?: number; limit: number };
type BuildPage = { page: PendingEntry[]; to: number; isDone: boolean };

/**
 * The next entries that a generation lacks, in the order in which they were created, from where its build stands or
 * from `after`. A page may be empty although more follows.
 */
export async function listUnembedded(ctx: QueryCtx, args: PageArgs): Promise<BuildPage> {
  checkSystem(args.caller);
  const limit = checkedPage(args.limit);
  const id = ctx.db.normalizeId("embeddingGenerations", args.generationId);
  const generation = id === null ? null : await ctx.db.get("embeddingGenerations", id);
  const build = id === null ? null : await findBuild(ctx, id);
  if (generation === null || build === null || generation.state.kind === "retiring")
    return { page: [], to: args.after ?? 0, isDone: true };
  const from = Math.max(build.lookedTo, args.after ?? 0);
  const rows = await ctx.db
    .query("recallEntries")
    .withIndex("by_creation_time", (q) => q.gt("_creationTime", from))
    .take(EMBEDDING_LOOK_ENTRIES);
  const field = SLOT_FIELDS[generation.slot];
  const lacking = rows.filter((entry) => entry[field] === undefined);
  const entries = lacking.slice(0, limit);
  const { page, read } = await textsOf(ctx, entries, generation.embedder);
  const isCut = read < lacking.length;
  const last = isCut ? lacking[read - 1] : rows.at(-1);
  return {
    page,
    to: last?._creationTime ?? from,
    isDone: !isCut && rows.length < EMBEDDING_LOOK_ENTRIES,
  };
}

/**
 * Notes that a build has looked as far as `to`, and what it made on the way. Going back is not noted. The build of an
 * active generation is over when it has looked at everything that was written before the switch.
 */
export async function advance(
  ctx: MutationCtx,
  place: BuildPlace,
  made: { embedded: number; refused: number },
): Promise<void> {
  const id = ctx.db.normalizeId("embeddingGenerations", place.generationId);
  const build = id === null ? null : await findBuild(ctx, id);
  if (build === null) return;
  if (place.isLast && (await isSettled(ctx, build.generationId))) {
    await ctx.db.delete("embeddingBuilds", build._id);
    return;
  }
  // A transaction under way may yet commit an entry that was created before the last one that we saw.
  const to = Math.min(place.to, Date.now() - EMBEDDING_SETTLE_MS);
  await ctx.db.patch("embeddingBuilds", build._id, {
    lookedTo: Math.max(build.lookedTo, to),
    embedded: build.embedded + made.embedded,
    refused: build.refused + made.refused,
  });
}

/** True when whatever was begun before the switch is committed: from then on, entries wait for this generation. */
async function isSettled(ctx: QueryCtx, generationId: Id<"embeddingGenerations">): Promise<boolean> {
  const state = (await ctx.db.get("embeddingGenerations", generationId))?.state;
  return state?.kind === "active" && state.activeSince + EMBEDDING_SETTLE_MS <= Date.now();
}

/** How far a generation was filled; null when it lacks nothing. */
export const findBuild = (
  ctx: QueryCtx,
  generationId: Id<"embeddingGenerations">,
): Promise<Doc<"embeddingBuilds"> | null> =>
  ctx.db
    .query("embeddingBuilds")
    .withIndex("by_generation", (q) => q.eq("generationId", generationId))
    .unique();

/** Where a moment lies between the first entry (0) and the last (1). */
export async function placeInTime(ctx: QueryCtx, at: number): Promise<number> {
  const [first, last] = await Promise.all([
    ctx.db.query("recallEntries").order("asc").first(),
    ctx.db.query("recallEntries").order("desc").first(),
  ]);
  if (first === null || last === null || at <= first._creationTime) return 0;
  return Math.min(1, (at - first._creationTime) / Math.max(1, last._creationTime - first._creationTime));
}
