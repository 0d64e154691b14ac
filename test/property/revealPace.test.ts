import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isBehind, revealAt, revealMore, wholeReveal, type Reveal } from "../../src/shared/revealPace.js";

/** What arrives after how long, and frames in between. */
const arrivals = fc.array(
  fc.record({ afterMs: fc.integer({ min: 0, max: 4_000 }), characters: fc.integer({ min: 0, max: 2_000 }) }),
  { minLength: 1, maxLength: 40 },
);
type Arrivals = { afterMs: number; characters: number }[];
const FRAME_MS = 16;

function play(
  list: Arrivals,
  onFrame: (reveal: Reveal, now: number) => void,
): { reveal: Reveal; now: number } {
  let now = 0;
  let reveal = wholeReveal(0, now);
  for (const { afterMs, characters } of list) {
    const until = now + afterMs;
    while (now + FRAME_MS <= until) {
      now += FRAME_MS;
      reveal = revealAt(reveal, now);
      onFrame(reveal, now);
    }
    now = until;
    reveal = revealMore(reveal, reveal.length + characters, now);
    onFrame(reveal, now);
  }
  return { reveal, now };
}

describe("the pace at which a text is shown", () => {
  test("never goes back, and never further than the text", () => {
    fc.assert(
      fc.property(arrivals, (list) => {
        let shown = 0;
        play(list, (reveal) => {
          expect(reveal.shown).toBeGreaterThanOrEqual(shown);
          expect(reveal.shown).toBeLessThanOrEqual(reveal.length);
          shown = reveal.shown;
        });
      }),
    );
  });

  test("is the same however many frames are drawn", () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 3_000 }), (list, laterMs) => {
        const { reveal, now } = play(list, () => {});
        let slow = reveal;
        for (let at = now; at < now + laterMs; at += FRAME_MS) slow = revealAt(slow, at);
        const inOne = revealAt(reveal, now + laterMs);
        expect(revealAt(slow, now + laterMs).shown).toBeCloseTo(inOne.shown, 6);
      }),
    );
  });

  test("has shown all of it two seconds after the last arrival, however much came", () => {
    fc.assert(
      fc.property(arrivals, (list) => {
        const { reveal, now } = play(list, () => {});
        expect(isBehind(revealAt(reveal, now + 2_000))).toBe(false);
      }),
    );
  });

  test.each([100, 250, 1_000])("is even where words come each %s ms", (gapMs) => {
    const paces: number[] = [];
    const list = Array.from({ length: 60 }, () => ({ afterMs: gapMs, characters: 30 }));
    play(list, ({ pace }) => paces.push(pace));
    const late = paces.slice(-paces.length / 3);
    expect(Math.max(...late) / Math.min(...late)).toBeLessThan(1.05);
    expect(late.at(-1)).toBeCloseTo(30 / gapMs, 2);
  });

  test("takes a pause for a pause: what comes after it is as fast as before", () => {
    const steady = Array.from({ length: 40 }, () => ({ afterMs: 100, characters: 30 }));
    const { reveal } = play(steady, () => {});
    const { reveal: after } = play([...steady, { afterMs: 30_000, characters: 30 }], () => {});
    expect(after.gapMs).toBe(reveal.gapMs);
  });

  test("stands still where a clock goes back", () => {
    const reveal = revealMore(wholeReveal(0, 1_000), 100, 1_100);
    expect(revealAt(reveal, 500).shown).toBe(reveal.shown);
  });
});
