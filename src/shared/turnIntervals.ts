/** Turns of one thread from `from` to `to`, both included. */
export type TurnInterval<Group extends string = string> = { group: Group; from: number; to: number };

/** The same turns in as few intervals as possible: what overlaps or touches is one. In the order of first mention. */
export function mergeIntervals<Group extends string>(
  intervals: readonly TurnInterval<Group>[],
): TurnInterval<Group>[] {
  const byGroup = new Map<Group, TurnInterval<Group>[]>();
  for (const interval of intervals) {
    const known = byGroup.get(interval.group);
    if (known === undefined) byGroup.set(interval.group, [interval]);
    else known.push(interval);
  }
  return [...byGroup.values()].flatMap(mergeOfGroup);
}

function mergeOfGroup<Group extends string>(intervals: TurnInterval<Group>[]): TurnInterval<Group>[] {
  const merged: TurnInterval<Group>[] = [];
  for (const interval of intervals.toSorted((left, right) => left.from - right.from)) {
    const last = merged.at(-1);
    if (last !== undefined && interval.from <= last.to + 1) last.to = Math.max(last.to, interval.to);
    else merged.push({ ...interval });
  }
  return merged;
}
