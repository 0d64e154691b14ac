/** One ranked list: ids, best first, and how much a place in it counts. */
export type RankedList = { weight: number; ids: string[] };

/** An id with its fused score and its place in each list, counted from 1; null where a list lacks it. */
export type FusedRank = { id: string; score: number; ranks: (number | null)[] };

/** The usual damping of reciprocal rank fusion: high enough that one first place does not outvote two good ones. */
const DEFAULT_DAMPING = 60;

/**
 * Reciprocal rank fusion: an id scores the sum of `weight / (k + rank)` over the lists that hold it. Places are
 * compared, never scores, so lists of different kinds (text, vectors) need no common scale. An id that a list names
 * twice counts at its first place. The order is total: by score, then by best place, then by id.
 */
export function fuseRanks(lists: RankedList[], k = DEFAULT_DAMPING): FusedRank[] {
  const fused = new Map<string, FusedRank>();
  lists.forEach((list, listIndex) => {
    list.ids.forEach((id, index) => {
      const entry = fused.get(id) ?? { id, score: 0, ranks: lists.map(() => null) };
      fused.set(id, entry);
      if (entry.ranks[listIndex] !== null) return;
      entry.ranks[listIndex] = index + 1;
      entry.score += list.weight / (k + index + 1);
    });
  });
  return [...fused.values()].sort(byScoreThenPlaceThenId);
}

function byScoreThenPlaceThenId(left: FusedRank, right: FusedRank): number {
  if (left.score !== right.score) return right.score - left.score;
  const places = bestPlace(left) - bestPlace(right);
  if (places !== 0) return places;
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}

function bestPlace(entry: FusedRank): number {
  return Math.min(...entry.ranks.map((rank) => rank ?? Infinity));
}
