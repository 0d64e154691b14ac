import { threadScope } from "../../shared/scope.js";
import type { UsageEntry } from "../../shared/usageGroups.js";
import { subjectsOf, type UsageSubject } from "../../shared/usageSubjects.js";
import { addCounts, countsIn, countsOf } from "../../shared/usageSums.js";
import { startOf } from "../../shared/usageTimes.js";
import type { UsageCounts } from "../../validators/usageSums.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { SweepBudget } from "./sweepBudget.js";

/** What tells the rows of one subject and day apart. */
type RollupGroup = Pick<Doc<"usageRollups">, "provider" | "model" | "purpose" | "agentName">;
/** Where counts are added, and what a new row says beside. */
export type RollupPlace = UsageSubject & RollupGroup & { day: number; threadId?: Id<"threads"> };

/** The day of a thread's rows: one row a group holds all its life. */
export const LIFETIME_DAY = 0;

const groupOf = ({ provider, model, purpose = "answer", agentName }: Doc<"usageEvents">): RollupGroup => ({
  ...{ provider, model, purpose },
  ...(agentName === undefined ? {} : { agentName }),
});

/** The rows that an event counts in. */
export function placesOf(event: Doc<"usageEvents">): RollupPlace[] {
  const { userId, tenantId, threadId } = event;
  const day = startOf(event._creationTime, "day");
  const group = groupOf(event);
  return subjectsOf({ userId, tenantId, threadId }).map((subject) =>
    threadId !== undefined && subject.subject === threadScope(threadId)
      ? { ...subject, ...group, day: LIFETIME_DAY, threadId }
      : { ...subject, ...group, day },
  );
}

/** Counts gathered by row, so that each row is written once. */
export class RollupChanges {
  readonly #changes = new Map<string, { place: RollupPlace; counts: UsageCounts }>();

  /** Adds counts to a row. */
  add(place: RollupPlace, counts: UsageCounts): void {
    const { subject, day, provider, model, purpose, agentName } = place;
    const key = JSON.stringify([subject, day, provider, model, purpose, agentName]);
    const change = this.#changes.get(key);
    this.#changes.set(key, {
      place,
      counts: change === undefined ? counts : addCounts(change.counts, counts),
    });
  }

  /** Writes each row once. */
  async write(ctx: MutationCtx): Promise<void> {
    for (const { place, counts } of this.#changes.values()) await addToRollup(ctx, place, counts);
  }
}

/** The row of a place: 1 range. */
export const findRollup = (
  ctx: Pick<QueryCtx, "db">,
  place: RollupPlace,
): Promise<Doc<"usageRollups"> | null> =>
  ctx.db
    .query("usageRollups")
    .withIndex("by_subject", (q) =>
      q
        .eq("subject", place.subject)
        .eq("day", place.day)
        .eq("provider", place.provider)
        .eq("model", place.model)
        .eq("purpose", place.purpose)
        .eq("agentName", place.agentName),
    )
    .first();

async function addToRollup(ctx: MutationCtx, place: RollupPlace, counts: UsageCounts): Promise<void> {
  const row = await findRollup(ctx, place);
  if (row !== null) {
    await ctx.db.patch("usageRollups", row._id, addCounts(countsIn(row), counts));
    return;
  }
  const { threadId, ...named } = place;
  // A thread that was removed gets no row again. Only the first fold of a thread looks at it.
  if (threadId !== undefined && (await ctx.db.get("threads", threadId)) === null) return;
  await ctx.db.insert("usageRollups", { ...named, ...counts });
}

/** Removes a thread's sums; false when the page is full before the last. */
export async function removeRollupsOfThread(
  ctx: MutationCtx,
  { threadId, budget }: { threadId: Id<"threads">; budget: SweepBudget },
): Promise<boolean> {
  const rows = ctx.db
    .query("usageRollups")
    .withIndex("by_subject", (q) => q.eq("subject", threadScope(threadId)));
  for await (const row of rows) {
    if (!(await budget.take())) return false;
    await ctx.db.delete("usageRollups", row._id);
  }
  return true;
}

/** An event as sums take it. */
export const entryOfEvent = (event: Doc<"usageEvents">): UsageEntry => ({
  ...groupOf(event),
  at: event._creationTime,
  ...(event.userId === "" ? {} : { userId: event.userId }),
  ...(event.tenantId === undefined ? {} : { tenantId: event.tenantId }),
  counts: countsOf(event),
});
