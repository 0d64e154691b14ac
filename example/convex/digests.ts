import { type OwnedSummary, type Principal } from "convex-agent-memory";
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { internalMutation, query, type MutationCtx } from "./_generated/server.js";
import { composeDigest } from "./composeDigest.js";
import { memory, principal } from "./memory.js";

// What each user's threads were about on a day, from the summaries that compaction wrote that day. No model is asked.

const DAY_MS = 24 * 60 * 60 * 1000;
/** Summaries of all users that one mutation looks at: each may bring a user, whose own are read as well. */
const PAGE_SUMMARIES = 8;
/** Summaries of one user that a digest is made of, the newest of the day. */
const MOST_SUMMARIES = 20;
/** Digests that a user is shown. */
const SHOWN_DIGESTS = 30;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The one cron: writes the digests of the day that has just ended (UTC). */
export const writeYesterday = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await writePage(ctx, dayOf(Date.now() - DAY_MS), null);
    return null;
  },
});

/** The next page of a day's digests. Each page schedules the one after it, so however many users there are, each is served. */
export const writeNext = internalMutation({
  args: { day: v.string(), cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { day, cursor }) => {
    await writePage(ctx, day, cursor);
    return null;
  },
});

async function writePage(ctx: MutationCtx, day: string, cursor: string | null): Promise<void> {
  const since = Date.parse(day);
  const time = { since, until: since + DAY_MS };
  const page = await memory.asSystem().summaries.listRecent(ctx, { ...time, cursor, limit: PAGE_SUMMARIES });
  const owners = new Map(
    page.page.map(({ owner }) => [JSON.stringify([owner.tenantId, owner.userId]), owner]),
  );
  for (const owner of owners.values()) await writeDigest(ctx, owner, { day, ...time });
  if (page.cursor !== null)
    await ctx.scheduler.runAfter(0, internal.digests.writeNext, { day, cursor: page.cursor });
}

type Day = { day: string; since: number; until: number };

/** One digest for a user and a day, however often it is asked for. */
async function writeDigest(ctx: MutationCtx, owner: Principal, { day, ...time }: Day): Promise<void> {
  const { tenantId, userId } = owner;
  const written = await ctx.db
    .query("digests")
    .withIndex("by_user_day", (q) => q.eq("tenantId", tenantId).eq("userId", userId).eq("day", day))
    .unique();
  if (written !== null) return;
  const request = { owner, ...time, cursor: null, limit: MOST_SUMMARIES };
  const { page } = await memory.asSystem().summaries.listRecent(ctx, request);
  const newest = newestOfThreads(page);
  const text = composeDigest(newest.map((summary) => summary.text));
  if (text === "") return;
  const summaryIds = newest.map(({ summaryId }) => summaryId);
  await ctx.db.insert("digests", { tenantId, userId, day, text, summaryIds });
}

/** A later summary of a thread holds the earlier ones. */
function newestOfThreads(newestFirst: readonly OwnedSummary[]): OwnedSummary[] {
  const threads = new Map<string, OwnedSummary>();
  for (const summary of newestFirst)
    if (!threads.has(summary.threadId)) threads.set(summary.threadId, summary);
  return [...threads.values()];
}

/** The caller's digests, newest day first. */
export const list = query({
  args: {},
  returns: v.array(v.object({ day: v.string(), text: v.string(), summaryIds: v.array(v.string()) })),
  handler: async (ctx) => {
    const { tenantId, userId } = await principal(ctx);
    const digests = await ctx.db
      .query("digests")
      .withIndex("by_user_day", (q) => q.eq("tenantId", tenantId).eq("userId", userId))
      .order("desc")
      .take(SHOWN_DIGESTS);
    return digests.map(({ day, text, summaryIds }) => ({ day, text, summaryIds }));
  },
});
