import { cosineSimilarity, embedMany } from "ai";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHashedEmbedder } from "../../example/convex/models/hashedEmbedder.js";

const embedder = createHashedEmbedder();

async function embed(...values: string[]): Promise<number[][]> {
  return (await embedMany({ model: embedder, values })).embeddings;
}

async function similarity(left: string, right: string): Promise<number> {
  const [first = [], second = []] = await embed(left, right);
  return cosineSimilarity(first, second);
}

describe("the hashed embedder", () => {
  test("gives every text, also an empty one, a finite vector of length 1, and the same one each time", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 5 }),
        async (values) => {
          const vectors = await embed(...values);
          expect(await embed(...values)).toEqual(vectors);
          for (const vector of vectors) {
            expect(vector).toHaveLength(512);
            expect(Math.hypot(...vector)).toBeCloseTo(1, 9);
          }
        },
      ),
    );
  });

  test("does not depend on what else is embedded in the call", async () => {
    const [alone] = await embed("durable agents");
    const [, , among] = await embed("one", "two", "durable agents");
    expect(among).toEqual(alone);
  });

  test("puts texts that share words, stems or parts of words nearer than others", async () => {
    const topic = "Streaming text from a language model";
    const unrelated = await similarity(topic, "Bananas grow in warm and humid places");
    expect(await similarity(topic, "language models stream texts")).toBeGreaterThan(unrelated + 0.2);
    expect(await similarity(topic, "multilingual modelling")).toBeGreaterThan(unrelated);
    expect(await similarity("記憶を検索する", "検索と記憶")).toBeGreaterThan(0.3);
    expect(await similarity("the of and tool", "the of and loop")).toBeLessThan(0.5);
  });

  test("embeds more values than one call takes, and reports the tokens of all", async () => {
    const values = Array.from({ length: 600 }, (_, index) => `text number ${index}`);
    const { embeddings, usage } = await embedMany({ model: embedder, values });
    expect(embeddings).toHaveLength(600);
    expect(usage.tokens).toBeGreaterThanOrEqual(600 * 3);
    await expect(embedder.doEmbed({ values })).rejects.toThrow("Too many values");
  });

  test("has the dimensions that it is made or called with", async () => {
    const small = createHashedEmbedder({ dimensions: 256 });
    expect((await small.doEmbed({ values: ["a"] })).embeddings[0]).toHaveLength(256);
    expect((await small.doEmbed({ values: ["a"], dimensions: 64 })).embeddings[0]).toHaveLength(64);
    expect(small.modelId).toBe("hashed-256");
  });

  test("stops when the call is aborted", async () => {
    await expect(embedder.doEmbed({ values: ["a"], abortSignal: AbortSignal.abort() })).rejects.toMatchObject(
      {
        name: "AbortError",
      },
    );
  });
});
