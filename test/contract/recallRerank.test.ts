import type { RerankingModel } from "ai";
import { describe, expect, test } from "vitest";
import { rerankWith } from "../../src/ai/index.js";
import type { Rerank } from "../../src/client/rerank.js";
import { aThread, codeOf, said } from "../support/aMemory.js";

type RerankingModelV4 = Extract<RerankingModel, { specificationVersion: "v4" }>;

async function aThreadOfFjords(count = 40) {
  const thread = await aThread({ shared: false });
  const { ctx, threadId, owner } = thread;
  const messages = Array.from({ length: count }, (_, index) => said("user", `fjord number ${index} of many`));
  await owner.messages.append(ctx, { threadId, messages });
  const ask = (options: object) =>
    owner.recall(ctx, { query: "fjord", scopes: ["thread"], threadId, ...options });
  return { ...thread, ask };
}

/** Puts what ends in the highest number first. */
const byNumber: Rerank = {
  rerank: async (_, texts) => {
    const numberOf = (place: number) => Number(/\d+/.exec(texts[place] ?? "")?.[0]);
    return texts.map((_text, place) => place).sort((left, right) => numberOf(right) - numberOf(left));
  },
};

describe("a reranker", () => {
  test("is given more than is wanted, and what it puts first fills the budget", async () => {
    const { ask } = await aThreadOfFjords();
    const seen: [string, number][] = [];
    const rerank: Rerank = {
      rerank: async (query, texts) => {
        seen.push([query, texts.length]);
        return await byNumber.rerank(query, texts);
      },
    };
    const plain = await ask({ limit: 3 });
    const { hits, warnings } = await ask({ limit: 3, rerank });
    expect(warnings).toBeUndefined();
    expect(seen).toEqual([["fjord", 30]]);
    expect(hits).toHaveLength(3);
    expect(hits.map(({ text }) => text)).not.toEqual(plain.hits.map(({ text }) => text));
    const numbers = hits.map(({ text }) => Number(/\d+/.exec(text)?.[0]));
    expect(numbers).toEqual(numbers.toSorted((left, right) => right - left));
    const tight = await ask({ maxTokens: 20, rerank });
    expect(tight.hits.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(20);
    expect(tight.hits[0]?.text).toBe(hits[0]?.text);
  });

  test("is given no more than its candidates: what follows keeps its place", async () => {
    const { ask } = await aThreadOfFjords();
    const plain = (await ask({ limit: 6 })).hits.map(({ text }) => text);
    const rerank: Rerank = { candidates: 3, rerank: async (_, texts) => [texts.length - 1] };
    const [a, b, c, ...rest] = plain;
    expect((await ask({ limit: 6, rerank })).hits.map(({ text }) => text)).toEqual([c, a, b, ...rest]);
  });

  test("may leave some out: they follow in their order", async () => {
    const { ask } = await aThreadOfFjords(5);
    const plain = (await ask({})).hits.map(({ text }) => text);
    const { hits } = await ask({ rerank: { rerank: async () => [3, 1] } });
    const [a, b, c, d, e] = plain;
    expect(hits.map(({ text }) => text)).toEqual([d, b, a, c, e]);
  });

  test.each<[string, Rerank["rerank"]]>([
    ["throws", () => Promise.reject(new Error("out of order"))],
    ["names a place that there is not", async () => [99]],
    ["names one twice", async () => [1, 1]],
    ["names what is no place", async () => [NaN, 0.5]],
  ])("that %s costs a warning, not the answer", async (_, rerank) => {
    const { ask } = await aThreadOfFjords(5);
    const plain = await ask({ limit: 3 });
    const { hits, warnings } = await ask({ limit: 3, rerank: { rerank } });
    expect(hits).toEqual(plain.hits);
    expect(warnings?.join()).toContain("the reranker failed");
  });

  test("is not asked about nothing, and hides no bad argument", async () => {
    const { ask } = await aThreadOfFjords(2);
    const never: Rerank = { rerank: () => Promise.reject(new Error("asked")) };
    expect(await ask({ query: "?", rerank: never })).toEqual({ hits: [] });
    for (const candidates of [0, -5, 1.5, NaN])
      await expect(ask({ rerank: { ...byNumber, candidates } })).rejects.toThrow("`candidates` must be");
    for (const bad of [{ limit: -1 }, { limit: 0 }, { maxTokens: -1 }, { maxTokens: NaN }])
      expect(await codeOf(ask({ ...bad, rerank: byNumber })), JSON.stringify(bad)).toBe("INVALID_ARGUMENT");
  });
});

describe("rerankWith", () => {
  const model = (doRerank: RerankingModelV4["doRerank"]): RerankingModelV4 => ({
    specificationVersion: "v4",
    provider: "test",
    modelId: "rerank-1",
    doRerank,
  });

  test("asks a model of the AI SDK once, and takes its order", async () => {
    const { ask } = await aThreadOfFjords(5);
    const asked: unknown[] = [];
    const reversing = model(async ({ query, documents }) => {
      asked.push([query, documents.values.length]);
      const ranking = documents.values.map((_, index) => ({ index, relevanceScore: index }));
      return { ranking: ranking.reverse() };
    });
    const plain = (await ask({})).hits.map(({ text }) => text);
    const { hits } = await ask({ rerank: rerankWith(reversing) });
    expect(asked).toEqual([["fjord", 5]]);
    expect(hits.map(({ text }) => text)).toEqual(plain.toReversed());
  });

  test("falls back where the model is down", async () => {
    const { ask } = await aThreadOfFjords(3);
    const down = model(() => Promise.reject(new Error("no service")));
    const { hits, warnings } = await ask({ rerank: rerankWith(down, { maxRetries: 0 }) });
    expect(hits).toEqual((await ask({})).hits);
    expect(warnings?.[0]).toContain("no service");
  });
});
