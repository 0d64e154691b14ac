import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planPruning, prune, type PruningSettings } from "../../src/shared/contextPruning.js";
import { comparePositions } from "../../src/shared/position.js";
import type { Message } from "../../src/validators/message.js";
import type { ThreadPlace } from "../../src/validators/thread.js";
import { result } from "../support/aMemory.js";
import { aHistory, groupsOf } from "./histories.js";

const shape = fc.record({
  groups: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
  output: fc.constantFrom(10, 600, 4_000),
  isAnswered: fc.boolean(),
});
const history = fc.array(shape, { minLength: 1, maxLength: 5 }).map(aHistory);
const settings = fc.record<PruningSettings>({
  triggerTokens: fc.integer({ min: 0, max: 4_000 }),
  keepToolUses: fc.integer({ min: 0, max: 5 }),
  clearAtLeastTokens: fc.constantFrom(0, 500, 3_000),
});
const scene = history.chain((messages) =>
  fc.tuple(
    fc.constant(messages),
    settings,
    fc.option(fc.constantFrom(...messages.map(({ turn, step }): ThreadPlace => ({ turn, step }))), {
      nil: undefined,
    }),
  ),
);

const tokens = (messages: readonly Message[], prunedTo: ThreadPlace | undefined): number =>
  messages.reduce((sum, message) => sum + prune(message, prunedTo).tokens, 0);

/** The plan by trying every place, furthest first. */
function naivePlan(messages: Message[], given: PruningSettings & { prunedTo: ThreadPlace | undefined }) {
  const { prunedTo, keepToolUses } = given;
  if (tokens(messages, prunedTo) <= given.triggerTokens) return null;
  const results = messages.filter(({ role }) => role === "tool");
  const kept = new Set(results.slice(-Math.max(1, keepToolUses)));
  // What is kept keeps its whole group, and all that came after that group began.
  const first = groupsOf(messages).find((group) => group.some((member) => kept.has(member)))?.[0];
  const places = results.filter((message) => first !== undefined && comparePositions(message, first) < 0);
  const last = places.at(-1);
  if (last === undefined) return null;
  const place = { turn: last.turn, step: last.step };
  if (prunedTo !== undefined && comparePositions(place, prunedTo) <= 0) return null;
  const saved = tokens(messages, prunedTo) - tokens(messages, place);
  return saved > 0 && saved >= given.clearAtLeastTokens ? place : null;
}

describe("a plan of pruning", () => {
  test("is what trying the places gives", () => {
    fc.assert(
      fc.property(scene, ([messages, given, prunedTo]) => {
        const asked = { ...given, prunedTo };
        expect(planPruning(messages, asked)).toEqual(naivePlan(messages, asked));
      }),
      { numRuns: 500 },
    );
  });

  test("only moves forward, and keeps the newest group and the last uses whole", () => {
    fc.assert(
      fc.property(scene, ([messages, given, prunedTo]) => {
        const place = planPruning(messages, { ...given, prunedTo });
        if (place === null) return;
        if (prunedTo !== undefined) expect(comparePositions(place, prunedTo)).toBeGreaterThan(0);
        const results = messages.filter(({ role }) => role === "tool");
        const whole = results.filter((message) => comparePositions(message, place) > 0);
        expect(whole.length).toBeGreaterThanOrEqual(Math.min(given.keepToolUses, results.length));
        const newest = groupsOf(messages).at(-1)!;
        for (const member of newest) expect(prune(member, place)).toBe(member);
      }),
    );
  });

  test("passes over tools that are excluded, and does not count them", () => {
    const messages = aHistory([{ groups: [1, 1, 1], output: 4_000 }]);
    const given = { triggerTokens: 0, keepToolUses: 1, clearAtLeastTokens: 0 };
    expect(planPruning(messages, given)).toEqual({ turn: 0, step: 4 });
    expect(planPruning(messages, { ...given, excludeTools: ["search"] })).toBeNull();
  });

  test("asks for more where little would be saved, so that a provider's cache is not broken for it", () => {
    const messages = aHistory([{ groups: [1, 1], output: 4_000 }]);
    const given = { triggerTokens: 100, keepToolUses: 1 };
    expect(planPruning(messages, { ...given, clearAtLeastTokens: 2_000 })).toBeNull();
    expect(planPruning(messages, { ...given, clearAtLeastTokens: 900 })).toEqual({ turn: 0, step: 2 });
    expect(planPruning(messages, { ...given, clearAtLeastTokens: 1_800, tokenFactor: 2 })).not.toBeNull();
  });
});

describe("a pruned message", () => {
  const [, , long] = aHistory([{ groups: [1], output: 4_000 }]) as [Message, Message, Message];

  test("says which tool gave how much, and how to read it again", () => {
    expect(prune(long, { turn: 0, step: 2 }).parts).toEqual([
      {
        ...result("0-0-0"),
        outputKind: "text",
        output:
          '[The output of search was removed to save room: 4000 bytes. To read it again: readToolOutput {"messageId":"m0-2","part":0}]',
      },
    ]);
    expect(JSON.stringify(prune(long, long, { canReadAgain: false }))).not.toContain("readToolOutput");
  });

  test("tells the bytes of the whole output where the row has its start only, and stays an error", () => {
    const payload = { bytes: 900_000, hash: "h", pieces: 2 };
    const failed = {
      ...long,
      parts: [{ ...result("a", "x".repeat(2_048)), outputKind: "error" as const, payload }],
    };
    const [part] = prune(failed, failed).parts;
    expect(part).toMatchObject({
      outputKind: "error",
      output: expect.stringContaining("900000 bytes") as string,
    });
    expect(part).not.toHaveProperty("payload");
  });

  test("is never longer, is the same when it is pruned again, and keeps its calls answered", () => {
    const output = fc.string({ maxLength: 1_200 });
    const name = fc.string({ minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(output, name, (words, toolName) => {
        const message = { ...long, parts: [{ ...result("a", words), toolName }] };
        const once = prune(message, long);
        expect(prune(once, long)).toEqual(once);
        expect(once.parts).toHaveLength(1);
        expect(once.parts[0]).toMatchObject({ type: "toolResult", callId: "a", toolName });
        const [part] = once.parts;
        expect(part?.type === "toolResult" && part.output.length <= Math.max(words.length, 0)).toBe(true);
      }),
    );
  });

  test("stays as it is behind the place, and when it is no tool's", () => {
    expect(prune(long, { turn: 0, step: 1 })).toBe(long);
    expect(prune(long, null)).toBe(long);
    const answer = { ...long, role: "assistant" as const };
    expect(prune(answer, long)).toBe(answer);
    const denied = { ...long, parts: [{ ...result("a", "x".repeat(2_000)), outputKind: "denied" as const }] };
    expect(prune(denied, long)).toBe(denied);
  });
});
