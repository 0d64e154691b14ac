import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shareOut } from "../../src/shared/shareOut.js";

const total = fc.integer({ min: 0, max: 100_000 });
const weights = fc.array(fc.integer({ min: 0, max: 8_192 }), { minLength: 1, maxLength: 64 });

/** Hands out one by one, each to the weight that is furthest behind its exact part. */
function naiveShares(sum: number, parts: number[]): number[] {
  const all = parts.reduce((one, other) => one + other, 0);
  const exact = parts.map((part) => (all === 0 ? sum / parts.length : (sum * part) / all));
  const shares = exact.map((part) => Math.floor(part));
  while (shares.reduce((one, other) => one + other, 0) < sum) {
    const behind = exact.map((part, index) => part - (shares[index] ?? 0));
    const furthest = behind.indexOf(Math.max(...behind));
    shares[furthest] = (shares[furthest] ?? 0) + 1;
  }
  return shares;
}

describe("shareOut", () => {
  test("shares by weight, and equally where nothing weighs anything", () => {
    expect(shareOut(10, [1, 1, 2])).toEqual([3, 2, 5]);
    expect(shareOut(3, [0, 0])).toEqual([2, 1]);
    expect(shareOut(7, [])).toEqual([]);
  });

  test("gives out the total, in whole numbers, none further than one from its part", () => {
    fc.assert(
      fc.property(total, weights, (sum, parts) => {
        const shares = shareOut(sum, parts);
        const all = parts.reduce((one, other) => one + other, 0);
        expect(shares.reduce((one, other) => one + other, 0)).toBe(sum);
        shares.forEach((share, index) => {
          const exact = all === 0 ? sum / parts.length : (sum * (parts[index] ?? 0)) / all;
          expect(Number.isInteger(share)).toBe(true);
          expect(Math.abs(share - exact)).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  test("as handing them out one by one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), weights, (sum, parts) => {
        expect(shareOut(sum, parts)).toEqual(naiveShares(sum, parts));
      }),
    );
  });
});
