import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NESTED_ANSWER_MAX_BYTES } from "../../src/shared/runLimits.js";
import { nestedAnswer } from "../../src/shared/nesting.js";

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

describe("an agent's answer as the one that asked is told it", () => {
  test("is the answer where it fits, else its start with a note, never longer than the limit", () => {
    const units = fc.constantFrom("x", "é", "語", "🦊", " ");
    fc.assert(
      fc.property(units, fc.integer({ min: -3, max: 40 }), (unit, over) => {
        const count = Math.floor(NESTED_ANSWER_MAX_BYTES / bytesOf(unit)) + over;
        const text = unit.repeat(count);
        const told = nestedAnswer(text);
        expect(bytesOf(told)).toBeLessThanOrEqual(NESTED_ANSWER_MAX_BYTES);
        if (bytesOf(text) <= NESTED_ANSWER_MAX_BYTES) {
          expect(told).toBe(text);
          return;
        }
        const [start = "", note = ""] = told.split("\n[");
        expect(text.startsWith(start)).toBe(true);
        expect(note).toBe(`The answer has ${bytesOf(text)} bytes; this is its start.]`);
        expect(bytesOf(told)).toBeGreaterThan(NESTED_ANSWER_MAX_BYTES - 4);
      }),
      { numRuns: 40 },
    );
  });
});
