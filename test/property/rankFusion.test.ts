import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fuseRanks, type RankedList } from "../../src/shared/rankFusion.js";

const rankedLists = fc.array(
  fc.record({
    weight: fc.constantFrom(0.5, 1, 2),
    ids: fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { maxLength: 8 }),
  }),
  { maxLength: 4 },
);

/** The formula as it is written: for each id, over each list, weight / (k + rank). */
function naiveScore(id: string, lists: RankedList[], k: number): number {
  let score = 0;
  for (const list of lists) {
    const index = list.ids.indexOf(id);
    if (index !== -1) score += list.weight / (k + index + 1);
  }
  return score;
}

describe("fuseRanks", () => {
  test("ranks an id found by both lists over ids found by one", () => {
    const fused = fuseRanks([
      { weight: 1, ids: ["text only", "both"] },
      { weight: 1, ids: ["vector only", "both"] },
    ]);
    expect(fused.map(({ id }) => id)).toEqual(["both", "text only", "vector only"]);
    expect(fused[0]).toMatchObject({ score: 2 / 62, ranks: [2, 2] });
    expect(fused[1]?.ranks).toEqual([1, null]);
  });

  test("scores and ranks as the naive formula does, each id once", () => {
    fc.assert(
      fc.property(rankedLists, fc.integer({ min: 1, max: 100 }), (lists, k) => {
        const fused = fuseRanks(lists, k);
        expect(fused.map(({ id }) => id).sort()).toEqual(
          [...new Set(lists.flatMap(({ ids }) => ids))].sort(),
        );
        for (const { id, score, ranks } of fused) {
          expect(score).toBe(naiveScore(id, lists, k));
          expect(ranks).toEqual(lists.map(({ ids }) => (ids.includes(id) ? ids.indexOf(id) + 1 : null)));
        }
      }),
    );
  });

  test("orders by score, then best place, then id", () => {
    fc.assert(
      fc.property(rankedLists, (lists) => {
        const keys = fuseRanks(lists).map(({ id, score, ranks }) => ({
          id,
          score,
          place: Math.min(...ranks.map((rank) => rank ?? Infinity)),
        }));
        for (const [index, later] of keys.entries()) {
          const earlier = keys[index - 1];
          if (earlier === undefined) continue;
          const inOrder =
            earlier.score > later.score ||
            (earlier.score === later.score &&
              (earlier.place < later.place || (earlier.place === later.place && earlier.id < later.id)));
          expect(inOrder).toBe(true);
        }
      }),
    );
  });

  test("counts an id that a list repeats at its first place only", () => {
    expect(fuseRanks([{ weight: 1, ids: ["a", "b", "a"] }])).toEqual(
      fuseRanks([{ weight: 1, ids: ["a", "b"] }]),
    );
  });
});
