import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planCompaction, resolveCompaction, type CompactionState } from "../../src/shared/compactionPlan.js";
import { comparePositions } from "../../src/shared/position.js";
import type { Message } from "../../src/validators/message.js";
import type { ThreadPlace } from "../../src/validators/thread.js";
import { codeOf } from "../support/aMemory.js";
import { aHistory, groupsOf, history } from "./histories.js";

const budget = fc.record({
  triggerTokens: fc.integer({ min: 0, max: 3_000 }),
  keepTokens: fc.integer({ min: 0, max: 2_000 }),
  minTokens: fc.integer({ min: 0, max: 300 }),
});
const tokensOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, { tokens }) => sum + tokens, 0);
const isBehind = (place: ThreadPlace, end: ThreadPlace | undefined): boolean =>
  end === undefined || comparePositions(place, end) > 0;

/** True when covering everything up to `to` breaks nothing: each rule of a cut, told once more. */
function isLegal(messages: readonly Message[], to: Message, keepTurn: number): boolean {
  const covered = messages.filter((message) => !isBehind(message, to));
  const groups = groupsOf(messages);
  const ofTurn = groups.filter(([asking]) => asking?.turn === keepTurn);
  if (covered.some(({ turn }) => turn > keepTurn)) return false;
  if (groups.some((group) => new Set(group.map((member) => covered.includes(member))).size > 1)) return false;
  if (to.turn !== keepTurn)
    return messages.every((message) => message.turn !== to.turn || covered.includes(message));
  return to.step !== 0 && ofTurn.length > 0 && !ofTurn.at(-1)!.some((member) => covered.includes(member));
}

/** The plan by trying every end. */
function naivePlan(messages: readonly Message[], settings: Parameters<typeof planCompaction>[1]) {
  const { coveredTo, summaryTokens = 0, tokenFactor = 1 } = settings;
  if ((tokensOf(messages) + summaryTokens) * tokenFactor <= settings.triggerTokens) return null;
  const open = messages.filter((message) => isBehind(message, coveredTo));
  const keepTurn = settings.keepTurn ?? open.at(-1)?.turn ?? 0;
  const ends = open.filter((to) => isLegal(open, to, keepTurn));
  const isPinned = ({ turn, step }: Message) => turn === keepTurn && step === 0;
  const rest = (to: Message) =>
    tokensOf(open.filter((message) => isBehind(message, to) || isPinned(message)));
  const to = ends.find((end) => rest(end) * tokenFactor <= settings.keepTokens) ?? ends.at(-1);
  if (to === undefined || (tokensOf(open) - rest(to)) * tokenFactor < settings.minTokens) return null;
  const covered = open.filter((message) => !isBehind(message, to));
  const place = ({ turn, step }: Message) => ({ turn, step });
  return { from: place(covered[0]!), to: place(to), messages: covered.length, tokens: tokensOf(covered) };
}

/** Where a summary may have ended before. */
const groupEnds = (messages: readonly Message[]): ThreadPlace[] =>
  messages
    .filter((message, index) => messages[index + 1]?.role !== "tool" && message.parts[0]?.type !== "toolCall")
    .map(({ turn, step }) => ({ turn, step }));

const state = (messages: readonly Message[]): fc.Arbitrary<CompactionState> =>
  fc.record(
    {
      keepTurn: fc.constantFrom(...messages.map(({ turn }) => turn), 99),
      coveredTo: fc.constantFrom(...groupEnds(messages)),
      summaryTokens: fc.integer({ min: 0, max: 500 }),
      tokenFactor: fc.constantFrom(0.5, 1, 2),
    },
    { requiredKeys: [] },
  );
const scene = history.chain((messages) => fc.tuple(fc.constant(messages), state(messages), budget));

describe("a plan of compaction", () => {
  test("is what trying every end gives", () => {
    fc.assert(
      fc.property(scene, ([messages, at, budgets]) => {
        const settings = { ...budgets, ...at };
        expect(planCompaction(messages, settings)).toEqual(naivePlan(messages, settings));
      }),
      { numRuns: 500 },
    );
  });

  test("never covers the running turn's prompt alone, its newest group, or a part of any group", () => {
    fc.assert(
      fc.property(scene, ([messages, { keepTurn = messages.at(-1)!.turn, ...at }, budgets]) => {
        const plan = planCompaction(messages, { ...budgets, ...at, keepTurn, isStart: true });
        if (plan === null) return;
        const covered = messages.filter(
          (message) => !isBehind(message, plan.to) && isBehind(message, at.coveredTo),
        );
        for (const group of groupsOf(messages).filter(([asking]) => isBehind(asking!, at.coveredTo)))
          expect(new Set(group.map((member) => covered.includes(member))).size).toBe(1);
        expect(covered.every(({ turn }) => turn <= keepTurn)).toBe(true);
        expect(isBehind(plan.to, at.coveredTo)).toBe(true);
      }),
    );
  });

  test("leaves the boundary where it is until the trigger is passed again", () => {
    const settings = { triggerTokens: 1_000, keepTokens: 500, minTokens: 100 };
    let coveredTo: ThreadPlace | undefined;
    let moves = 0;
    const turns = 100;
    for (let count = 1; count <= turns; count++) {
      const messages = aHistory(Array.from({ length: count }, () => ({ groups: [], tokens: 25 })));
      const shown = messages.filter((message) => isBehind(message, coveredTo));
      expect(tokensOf(shown)).toBeLessThanOrEqual(1_000 + 50);
      const plan = planCompaction(shown, { ...settings, coveredTo, keepTurn: count - 1 });
      if (plan === null) continue;
      coveredTo = plan.to;
      moves += 1;
    }
    expect(moves).toBeGreaterThan(3);
    expect(moves).toBeLessThanOrEqual((turns * 50) / 500);
  });

  test("of a run with many steps covers its older groups and goes on", () => {
    const messages = aHistory([
      { groups: [], tokens: 10 },
      { groups: [1, 2, 1, 1], tokens: 100 },
    ]);
    const settings = { triggerTokens: 500, keepTokens: 350, minTokens: 0, keepTurn: 1 };
    expect(planCompaction(messages, settings)?.to).toEqual({ turn: 1, step: 7 });
    expect(planCompaction(messages, { ...settings, keepTokens: 0 })?.to).toEqual({ turn: 1, step: 7 });
    expect(planCompaction(messages, { ...settings, triggerTokens: 1_110, keepTokens: 1_100 })?.to).toEqual({
      turn: 0,
      step: 1,
    });
  });

  test("of a thread that goes on behind the page ends between turns, and inside only a turn longer than the page", () => {
    const budgets = { triggerTokens: 0, keepTokens: 0, minTokens: 0, isStart: true };
    const turns = aHistory([{ groups: [] }, { groups: [1] }, { groups: [1, 1] }]);
    expect(planCompaction(turns, budgets)?.to).toEqual({ turn: 1, step: 3 });
    expect(planCompaction(turns, { ...budgets, keepTurn: 9 })?.to).toEqual({ turn: 1, step: 3 });
    expect(planCompaction(aHistory([{ groups: [1, 1, 1] }]), budgets)?.to).toEqual({ turn: 0, step: 4 });
  });
});

describe("settings of compaction", () => {
  test("follow from the history that a context may hold", () => {
    expect(resolveCompaction()).toEqual({
      triggerTokens: 24_000,
      keepTokens: 12_000,
      minTokens: 2_400,
      maxSummaryTokens: 4_000,
      pruning: { triggerTokens: 24_000, keepToolUses: 3, clearAtLeastTokens: 2_400 },
    });
    expect(resolveCompaction({ keepTokens: undefined, pruning: { keepToolUses: 1 } }, 1_000)).toMatchObject({
      triggerTokens: 750,
      keepTokens: 375,
      maxSummaryTokens: 250,
      pruning: { keepToolUses: 1 },
    });
  });

  test.each([
    { triggerTokens: -1 },
    { keepTokens: NaN },
    { minTokens: Infinity },
    { maxSummaryTokens: -1 },
    { triggerTokens: 100, keepTokens: 100 },
    { pruning: { keepToolUses: -1 } },
  ])("that are no budgets are refused: %j", async (options) => {
    expect(await codeOf(Promise.resolve().then(() => resolveCompaction(options)))).toBe("INVALID_ARGUMENT");
  });
});
