import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { embedSplitting } from "../../src/ai/embedSplitting.js";
import { embeddingUsage } from "../support/embed.js";

const PROBE = "probe";
const texts = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 40 });
const refusing = texts.chain((all) => fc.record({ all: fc.constant(all), bad: fc.subarray(all) }));

/** An embedder that fails every call with a text of `bad`, and counts its calls. */
function anAttempt(bad: ReadonlySet<string>) {
  const calls: string[][] = [];
  const attempt = async (batch: string[]) => {
    calls.push(batch);
    if (batch.some((text) => bad.has(text))) throw new TypeError("refused");
    return { vectors: batch.map((text) => [text.length]), usage: embeddingUsage(batch.length) };
  };
  return { calls, attempt };
}

describe("embedSplitting", () => {
  test("with calls enough, embeds exactly what is not refused, and refuses exactly what is", async () => {
    await fc.assert(
      fc.asyncProperty(refusing, async ({ all, bad }) => {
        const { attempt, calls } = anAttempt(new Set(bad));
        const split = await embedSplitting(attempt, all, { probe: PROBE, maxCalls: 1_000 });
        expect([...split.refused].sort()).toEqual([...bad].sort());
        const made = all.filter((text) => !bad.includes(text));
        expect([...split.vectors.keys()].filter((text) => text !== PROBE).sort()).toEqual(made.sort());
        expect(split.isDown).toBe(false);
        if (bad.length === 0) expect(calls).toHaveLength(all.length === 0 ? 0 : 1);
      }),
    );
  });

  test("keeps to its calls, blames no text that it did not try alone, and always gets somewhere", async () => {
    await fc.assert(
      fc.asyncProperty(refusing, fc.integer({ min: 10, max: 30 }), async ({ all, bad }, maxCalls) => {
        const { attempt, calls } = anAttempt(new Set(bad));
        const split = await embedSplitting(attempt, all, { probe: PROBE, maxCalls });
        expect(calls.length).toBeLessThanOrEqual(maxCalls);
        for (const text of split.refused) expect(bad).toContain(text);
        const told = [...split.vectors.keys()].filter((text) => text !== PROBE).length + split.refused.size;
        expect(told).toBeGreaterThanOrEqual(Math.min(1, all.length));
      }),
    );
  });

  test("blames nobody while the embedder is down", async () => {
    const { attempt, calls } = anAttempt(new Set([PROBE, "a"]));
    const split = await embedSplitting(attempt, ["a", "b"], { probe: PROBE, maxCalls: 20 });
    expect(split).toMatchObject({ isDown: true, failure: "refused" });
    expect(split.refused.size + split.vectors.size).toBe(0);
    expect(calls).toHaveLength(2);
  });

  test("sums what its calls used, and embeds a text once however often it is given", async () => {
    const { attempt, calls } = anAttempt(new Set(["bad"]));
    const split = await embedSplitting(attempt, ["a", "bad", "a", "b"], { probe: "a", maxCalls: 20 });
    expect(split.usage?.inputTokens).toBe(2);
    expect(calls).toEqual([["a", "bad", "b"], ["a"], ["bad"], ["b"]]);
  });

  test("passes on that it was aborted", async () => {
    const abort = new AbortController();
    abort.abort(new TypeError("stopped"));
    const attempt = async () => {
      throw new TypeError("aborted");
    };
    const options = { probe: PROBE, maxCalls: 9, abortSignal: abort.signal };
    await expect(embedSplitting(attempt, ["a"], options)).rejects.toThrow("stopped");
  });
});
