import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CALL_MAX_TOKENS } from "../../src/shared/ledgerLimits.js";
import { countsIn, soundCounts, type GivenCounts } from "../../src/shared/soundUsage.js";

const NAMES = [
  "input",
  "noCache",
  "cacheRead",
  "cacheWrite",
  "output",
  "text",
  "reasoning",
  "total",
] as const;

const aCount = fc.nat({ max: 50_000 });
const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: aCount },
  fc.constantFrom(undefined, null, NaN, -1, Infinity, 1e300, "12", {}, 0, 3.4, CALL_MAX_TOKENS + 1),
  fc.double(),
);
const given = fc.record(
  Object.fromEntries(NAMES.map((name) => [name, anything])) as Record<
    (typeof NAMES)[number],
    typeof anything
  >,
  { requiredKeys: [] },
) as fc.Arbitrary<GivenCounts>;
const anEstimate = fc.record({ inputTokens: fc.nat({ max: 9_000 }), outputTokens: fc.nat({ max: 9_000 }) });

/** One count by the rule as one would say it. */
const naive = (value: unknown): number | null =>
  typeof value === "number" && value >= 0 && value <= CALL_MAX_TOKENS ? Math.round(value) + 0 : null;

/** A whole as it was given, or as its parts were; null where it was not, or was 0 beside a text. */
function naiveWhole(whole: unknown, [rest, part]: [unknown, number], estimated: number): number | null {
  const count = naive(whole) ?? (naive(rest) === null ? null : Number(naive(rest)) + part);
  return count === 0 && estimated > 0 ? null : count;
}

/** All of them, one case after the other. */
function naiveCounts(counts: GivenCounts, estimate: { inputTokens: number; outputTokens: number }) {
  const [read = 0, write = 0, thought = 0] = [counts.cacheRead, counts.cacheWrite, counts.reasoning].map(
    (part) => Number(naive(part)),
  );
  const input = naiveWhole(counts.input, [counts.noCache, read + write], estimate.inputTokens);
  const output = naiveWhole(counts.output, [counts.text, thought], estimate.outputTokens);
  const [inputs, outputs] = naivePair([input, output], naive(counts.total), estimate);
  return {
    input: read + write > inputs ? inputs + read + write : inputs,
    output: thought > outputs ? outputs + thought : outputs,
    ...{ read, write, thought },
  };
}

function naivePair(
  [input, output]: [number | null, number | null],
  total: number | null,
  { inputTokens, outputTokens }: { inputTokens: number; outputTokens: number },
): [number, number] {
  const rest = (counted: number, estimated: number) =>
    total !== null && total > counted ? total - counted : estimated;
  if (input !== null && output !== null) return [input, output];
  if (output !== null) return [rest(output, inputTokens), output];
  if (input !== null) return [input, rest(input, outputTokens)];
  const said = total === null || total === 0 ? outputTokens : Math.min(total, outputTokens);
  return [rest(said, total === said ? 0 : inputTokens), said];
}

describe("counts of a provider", () => {
  test("are sound whatever was given, as the rule counts them naively", () => {
    fc.assert(
      fc.property(given, anEstimate, (counts, estimate) => {
        const sound = soundCounts(counts, estimate);
        const rule = naiveCounts(counts, estimate);
        expect(sound).toMatchObject({ inputTokens: rule.input, outputTokens: rule.output });
        expect(sound.cachedInputTokens ?? 0).toBe(rule.read);
        expect(sound.cacheWriteTokens ?? 0).toBe(rule.write);
        expect(sound.reasoningTokens ?? 0).toBe(rule.thought);
        for (const [name, value] of Object.entries(sound))
          if (name !== "isEstimated") expect(Number.isSafeInteger(value) && Number(value) >= 0).toBe(true);
        expect(rule.read + rule.write).toBeLessThanOrEqual(sound.inputTokens);
        expect(rule.thought).toBeLessThanOrEqual(sound.outputTokens);
      }),
    );
  });

  test("that are sound stay as they are, and are not marked", () => {
    const sound = fc
      .tuple(aCount, aCount, aCount, aCount, aCount)
      .map(([plain, read, write, text, thought]) => ({
        input: plain + 1 + read + write,
        noCache: plain + 1,
        cacheRead: read,
        cacheWrite: write,
        output: text + 1 + thought,
        text: text + 1,
        reasoning: thought,
      }));
    fc.assert(
      fc.property(sound, anEstimate, (counts, estimate) => {
        const read = soundCounts(counts, estimate);
        expect([read.inputTokens, read.outputTokens, read.isEstimated]).toEqual([
          counts.input,
          counts.output,
          undefined,
        ]);
      }),
    );
  });

  test("are never 0 in silence", () => {
    fc.assert(
      fc.property(given, anEstimate, (counts, estimate) => {
        const { inputTokens, outputTokens } = soundCounts(counts, estimate);
        if (estimate.inputTokens > 0 && naive(counts.total) === null) expect(inputTokens).toBeGreaterThan(0);
        if (estimate.outputTokens > 0) expect(outputTokens).toBeGreaterThan(0);
      }),
    );
  });

  test.each<[string, GivenCounts, object]>([
    ["nothing", {}, { inputTokens: 100, outputTokens: 10, isEstimated: true }],
    ["only a total", { total: 500 }, { inputTokens: 490, outputTokens: 10, isEstimated: true }],
    ["an input and a total", { input: 400, total: 500 }, { inputTokens: 400, outputTokens: 100 }],
    [
      "the parts of an input",
      { noCache: 5, cacheRead: 90, output: 3 },
      { inputTokens: 95, outputTokens: 3, cachedInputTokens: 90 },
    ],
    [
      "more from the cache than input",
      { input: 5, cacheRead: 90, output: 3 },
      { inputTokens: 95, outputTokens: 3, cachedInputTokens: 90, isEstimated: true },
    ],
    [
      "more thoughts than output",
      { input: 5, output: 3, reasoning: 40 },
      { inputTokens: 5, outputTokens: 43, reasoningTokens: 40, isEstimated: true },
    ],
    ["absurd counts", { input: 1e12, output: -3 }, { inputTokens: 100, outputTokens: 10, isEstimated: true }],
    ["a fraction", { input: 7.4, output: 3 }, { inputTokens: 7, outputTokens: 3, isEstimated: true }],
    ["zeros", { input: 0, output: 0 }, { inputTokens: 100, outputTokens: 10, isEstimated: true }],
  ])("where they are %s", (_what, counts, expected) => {
    expect(soundCounts(counts, { inputTokens: 100, outputTokens: 10 })).toEqual(expected);
  });
});

describe("a record of usage", () => {
  test.each<[string, unknown, object]>([
    [
      "of a model of the AI SDK",
      {
        inputTokens: { total: 9, noCache: 2, cacheRead: 4, cacheWrite: 3 },
        outputTokens: { total: 5, reasoning: 1 },
      },
      { inputTokens: 9, outputTokens: 5, cachedInputTokens: 4, cacheWriteTokens: 3, reasoningTokens: 1 },
    ],
    [
      "as models of earlier versions gave it",
      { inputTokens: 9, outputTokens: 5, cachedInputTokens: 4, totalTokens: 14 },
      { inputTokens: 9, outputTokens: 5, cachedInputTokens: 4 },
    ],
    [
      "of a service",
      { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
      { inputTokens: 9, outputTokens: 5 },
    ],
    [
      "that holds the total in the provider's own record",
      { inputTokens: { total: 0 }, outputTokens: { total: 0 }, raw: { total_tokens: 14 } },
      { inputTokens: 12, outputTokens: 2, isEstimated: true },
    ],
    ["that is none", "nine", { inputTokens: 6, outputTokens: 2, isEstimated: true }],
    ["that is missing", undefined, { inputTokens: 6, outputTokens: 2, isEstimated: true }],
  ])("%s", (_what, usage, expected) => {
    expect(soundCounts(countsIn(usage), { inputTokens: 6, outputTokens: 2 })).toEqual(expected);
  });
});
