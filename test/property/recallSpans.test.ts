import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RECALL_MAX_MISFITS } from "../../src/shared/limits.js";
import { cutToTokens, TokenBudget } from "../../src/shared/recallBudget.js";
import { Spans, type Piece } from "../../src/shared/recallSpans.js";
import { estimateTokens } from "../../src/shared/tokens.js";
import { mergeIntervals } from "../../src/shared/turnIntervals.js";

const pieceAt = (order: number): Piece => ({ sourceId: `${order}`, order, text: `text ${order}`, tokens: 2 });

describe("spans of hits and what stands around them", () => {
  test("show each piece once, in order, and join where they meet", () => {
    const hits = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 12 });
    fc.assert(
      fc.property(hits, fc.integer({ min: 0, max: 3 }), (places, reach) => {
        const spans = new Spans<number>();
        for (const place of places) {
          if (spans.has(`${place}`)) continue;
          const around = Array.from({ length: 2 * reach + 1 }, (_, index) => place - reach + index);
          const fresh = around.filter((order) => !spans.has(`${order}`)).map(pieceAt);
          spans.add(place, fresh, around.map(String));
        }
        const listed = spans.list();
        const shown = listed.flatMap(({ pieces }) => pieces.map(({ order }) => order));
        const expected = new Set(
          places.flatMap((place) =>
            Array.from({ length: 2 * reach + 1 }, (_, index) => place - reach + index),
          ),
        );
        // A hit that a better one shows is not shown around once more.
        expect(new Set(shown).size).toBe(shown.length);
        for (const order of shown) expect(expected).toContain(order);
        for (const place of places) expect(shown).toContain(place);
        for (const { hit, pieces } of listed) {
          const orders = pieces.map(({ order }) => order);
          expect(orders).toEqual(orders.toSorted((left, right) => left - right));
          expect(orders).toContain(hit);
        }
      }),
    );
  });
});

describe("a token budget", () => {
  const items = fc.array(fc.string({ unit: "grapheme", maxLength: 60 }), { maxLength: 30 });

  test("is never passed, takes at most so many, and cuts none but the first", () => {
    fc.assert(
      fc.property(
        items,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 10 }),
        (texts, tokens, most) => {
          const budget = new TokenBudget(tokens, most);
          const taken: { text: string; tokens: number }[] = [];
          for (const text of texts) {
            if (budget.isFull) break;
            const item = budget.take({ text, tokens: estimateTokens(text) });
            if (item !== null) taken.push(item);
          }
          expect(taken.reduce((sum, item) => sum + item.tokens, 0)).toBeLessThanOrEqual(tokens);
          expect(taken.length).toBeLessThanOrEqual(most);
          for (const item of taken.slice(1)) expect(texts).toContain(item.text);
          for (const item of taken) expect(estimateTokens(item.text)).toBe(item.tokens);
        },
      ),
    );
  });

  test("stops looking after some that do not fit", () => {
    const budget = new TokenBudget(10, 50);
    budget.take({ text: "x", tokens: 1 });
    for (let misfit = 0; misfit < RECALL_MAX_MISFITS; misfit++) {
      expect(budget.isFull).toBe(false);
      expect(budget.take({ text: "long", tokens: 99 })).toBeNull();
    }
    expect(budget.isFull).toBe(true);
  });

  test("cuts to the longest start that fits, between characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 20 }), (text, tokens) => {
        const cut = cutToTokens(text, tokens);
        expect(text.startsWith(cut)).toBe(true);
        expect(estimateTokens(cut)).toBeLessThanOrEqual(tokens);
        const next = [...text.slice(cut.length)][0];
        if (next !== undefined) expect(estimateTokens(cut + next)).toBeGreaterThan(tokens);
      }),
    );
  });
});

describe("intervals of turns", () => {
  test("cover the same turns in as few as possible", () => {
    const interval = fc.record({
      group: fc.constantFrom("a", "b"),
      from: fc.integer({ min: -3, max: 20 }),
      length: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(interval), (drawn) => {
        const given = drawn.map(({ group, from, length }) => ({ group, from, to: from + length }));
        const turnsOf = (intervals: typeof given) =>
          new Set(
            intervals.flatMap(({ group, from, to }) =>
              Array.from({ length: to - from + 1 }, (_, index) => `${group}${from + index}`),
            ),
          );
        const merged = mergeIntervals(given);
        expect(turnsOf(merged)).toEqual(turnsOf(given));
        for (const left of merged)
          for (const right of merged)
            if (left !== right && left.group === right.group)
              expect(left.to + 1 < right.from || right.to + 1 < left.from).toBe(true);
      }),
    );
  });
});
