import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aMemory, OWNER } from "../support/aMemory.js";
import { anEmbed, vectorOf } from "../support/embed.js";

const WORDS = ["fjord", "cliff", "train", "waffle", "snow", "harbour", "plateau", "cheese"];
const QUESTION = "fjord train snow";
const inTenant = { kinds: ["chunk" as const], scopes: ["tenant" as const] };

/** Texts of distinct words, and two orders to put them in. */
const library = fc
  .uniqueArray(fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 }), {
    minLength: 2,
    maxLength: 8,
    selector: (words) => [...words].sort().join(" "),
  })
  .chain((texts) => {
    const keys = texts.map((_, index) => index);
    const orders = fc.tuple(
      fc.shuffledSubarray(keys, { minLength: keys.length }),
      fc.shuffledSubarray(keys, { minLength: keys.length }),
    );
    return orders.map((pair) => ({ texts: texts.map((words) => words.join(" ")), pair }));
  });

/** Puts the texts in an order and asks; `[key, score]` of each hit. */
async function ask(texts: string[], order: number[], query: string): Promise<[string, number][]> {
  const { ctx, memory } = aMemory();
  const as = memory.as(OWNER);
  const embed = anEmbed({ dimensions: 1024 });
  for (const key of order) {
    await as.documents.put(ctx, { scope: "tenant", key: `${key}`, text: texts[key] ?? "", embed });
  }
  const vector = await vectorOf(embed, QUESTION);
  const { hits } = await as.recall(ctx, { query, vector, embedder: embed.name, ...inTenant });
  return hits.map(({ documentKey, score }) => [documentKey ?? "", score]);
}

/** How near each text is to the question; texts that are equally near may stand in any order. */
async function nearnessOf(texts: string[]): Promise<(key: string) => number> {
  const embed = anEmbed({ dimensions: 1024 });
  const { vectors } = await embed.embed([QUESTION, ...texts]);
  const [question = [], ...others] = vectors;
  const products = others.map((vector) =>
    vector.reduce((sum, value, index) => sum + value * (question[index] ?? 0), 0),
  );
  return (key) => Math.round((products[Number(key)] ?? 0) * 1e9);
}

describe("what recall answers does not depend on the order of ingest", () => {
  test("by meaning: the nearest first, whichever was stored first", async () => {
    await fc.assert(
      fc.asyncProperty(library, async ({ texts, pair: [first, second] }) => {
        const nearness = await nearnessOf(texts);
        const ranked = async (order: number[]) =>
          (await ask(texts, order, "?")).map(([key]) => nearness(key));
        const answer = await ranked(first);
        expect(answer).toEqual(answer.toSorted((left, right) => right - left));
        expect(await ranked(second)).toEqual(answer);
      }),
      { numRuns: 20 },
    );
  });

  test("by words and meaning: the same hits", async () => {
    await fc.assert(
      fc.asyncProperty(library, async ({ texts, pair: [first, second] }) => {
        const keys = async (order: number[]) =>
          (await ask(texts, order, QUESTION)).map(([key]) => key).sort();
        expect(await keys(second)).toEqual(await keys(first));
      }),
      { numRuns: 10 },
    );
  });
});
