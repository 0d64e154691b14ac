import type { UsagePurpose } from "../validators/usage.js";
import type { UsageBy, UsageCounts, UsageGroup, UsageMeasure } from "../validators/usageSums.js";
import { addTo, measureOf, NO_COUNTS, shownSums } from "./usageSums.js";

/** Counts with what they are of: one event, or one row of sums. */
export type UsageEntry = {
  at: number;
  provider: string;
  model: string;
  purpose: UsagePurpose;
  agentName?: string;
  /** Of whom; a row of a whole tenant has no user. */
  userId?: string;
  tenantId?: string;
  counts: UsageCounts;
};

type GroupName = Omit<UsageGroup, keyof UsageCounts>;

/** What tells a group from others. */
function nameOf(entry: UsageEntry, by: UsageBy): GroupName {
  const { provider, model, purpose, agentName, userId, tenantId } = entry;
  switch (by) {
    case "provider":
      return { provider };
    case "model":
      return { provider, model };
    case "purpose":
      return { purpose };
    case "agent":
      return agentName === undefined ? {} : { agentName };
    case "user":
      return { ...(userId === undefined ? {} : { userId }), ...(tenantId === undefined ? {} : { tenantId }) };
    case "tenant":
      return tenantId === undefined ? {} : { tenantId };
  }
}

/** Adds entries up, and apart by group where that is asked. */
export class UsageTally {
  readonly sum: UsageCounts = { ...NO_COUNTS };
  readonly #groups = new Map<string, { name: GroupName; counts: UsageCounts }>();

  constructor(private readonly by: UsageBy | undefined) {}

  /** Counts an entry. */
  add(entry: UsageEntry): void {
    addTo(this.sum, entry.counts);
    if (this.by === undefined) return;
    const name = nameOf(entry, this.by);
    const key = JSON.stringify([
      name.provider,
      name.model,
      name.purpose,
      name.agentName,
      name.tenantId,
      name.userId,
    ]);
    const group = this.#groups.get(key) ?? { name, counts: { ...NO_COUNTS } };
    addTo(group.counts, entry.counts);
    this.#groups.set(key, group);
  }

  /** The groups that have most, of groups that have the same those with more calls; then by name. */
  top(measure: UsageMeasure, limit: number): UsageGroup[] {
    return [...this.#groups.entries()]
      .filter(([, { counts }]) => counts.calls > 0)
      .sort(
        ([firstKey, { counts: first }], [secondKey, { counts: second }]) =>
          measureOf(second, measure) - measureOf(first, measure) ||
          second.calls - first.calls ||
          (firstKey < secondKey ? -1 : 1),
      )
      .slice(0, limit)
      .map(([, { name, counts }]) => ({ ...name, ...shownSums(counts) }));
  }

  /** As a summary tells groups; nothing where none were asked for. */
  shownGroups(limit: number): { groups?: UsageGroup[]; groupsLeftOut?: number } {
    if (this.by === undefined) return {};
    const leftOut = Math.max(0, this.#groups.size - limit);
    return { groups: this.top("cost", limit), ...(leftOut === 0 ? {} : { groupsLeftOut: leftOut }) };
  }
}
