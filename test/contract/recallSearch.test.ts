import { describe, expect, test, vi } from "vitest";
import type { RecallHit } from "../../src/validators/recall.js";
import { aMemory, aThread, codeOf, OWNER, said } from "../support/aMemory.js";
import { anEmbed, embeddingUsage, vectorOf } from "../support/embed.js";

const inTenant = { kinds: ["chunk" as const], scopes: ["tenant" as const] };
const texts = (hits: RecallHit[]) => hits.map(({ text }) => text).sort();

/** Documents of one chunk each, with vectors. */
async function aLibrary() {
  const test = aMemory();
  const as = test.memory.as(OWNER);
  const embed = anEmbed();
  const library = {
    "fjords.md": "# Fjords\n\nDeep water between steep cliffs.",
    "trains.md": "# Trains\n\nThe railway to Bergen crosses a plateau.",
    "food.md": "# Food\n\nBrown cheese on a waffle.",
  };
  for (const [key, text] of Object.entries(library))
    await as.documents.put(test.ctx, { scope: "tenant", key, text, embed });
  return { ...test, as, embed };
}

// Stock convex-test does not rank text: it filters by prefix, in the order of insertion. So these tests look at sets.
describe("recall", () => {
  test("finds by words, with the text and how to cite it", async () => {
    const { ctx, as } = await aLibrary();
    const { hits } = await as.recall(ctx, { query: "Which railway goes to Bergen?", ...inTenant });
    expect(hits).toMatchObject([
      {
        kind: "chunk",
        text: "# Trains\n\nThe railway to Bergen crosses a plateau.",
        citation: "[trains.md › Trains]",
        documentKey: "trains.md",
        heading: "Trains",
        lexicalRank: 1,
      },
    ]);
    expect(hits[0]?.vectorRank).toBeUndefined();
    const { documentId } = (await as.documents.get(ctx, { scope: "tenant", key: "trains.md" })) ?? {
      documentId: "",
    };
    const { page } = await as.documents.listChunks(ctx, { documentId, cursor: null });
    expect(page[0]?.chunkId).toBe(hits[0]?.sourceId);
  });

  test("finds by meaning what no word of the question names", async () => {
    const { ctx, as, embed } = await aLibrary();
    const vector = await vectorOf(embed, "Food\n\n# Food\n\nBrown cheese on a waffle.");
    const { hits } = await as.recall(ctx, {
      query: "?",
      vector,
      embedder: embed.name,
      ...inTenant,
      limit: 1,
    });
    expect(hits).toMatchObject([{ documentKey: "food.md", vectorRank: 1 }]);
    expect(hits[0]?.lexicalRank).toBeUndefined();
  });

  test("puts first what both lists found", async () => {
    const { ctx, as, embed } = await aLibrary();
    const { hits } = await as.recall(ctx, { query: "brown cheese waffle", embed, ...inTenant });
    expect(hits[0]).toMatchObject({ documentKey: "food.md", lexicalRank: 1, vectorRank: 1 });
    expect(texts(hits)).toHaveLength(3);
    expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).toSorted((a, b) => b - a));
  });

  test("answers as a live query by words alone", async () => {
    const { ctx, as } = await aLibrary();
    const question = { query: "waffle", ...inTenant };
    expect(await as.entries.searchText(ctx, question)).toEqual(await as.recall(ctx, question));
  });

  test("gives nothing, and no error, for a question of white space", async () => {
    const { ctx, as } = await aLibrary();
    expect(await as.recall(ctx, { query: "  \n", ...inTenant })).toEqual({ hits: [] });
  });

  test("keeps to the token budget, and cuts the first hit rather than giving none", async () => {
    const { ctx, as } = await aLibrary();
    const all = await as.recall(ctx, { query: "fjords railway waffle", ...inTenant });
    expect(all.hits).toHaveLength(3);
    const budget = Math.max(...all.hits.map(({ tokens }) => tokens));
    const one = await as.recall(ctx, { query: "fjords railway waffle", ...inTenant, maxTokens: budget });
    expect(one.hits).toHaveLength(1);
    const cut = await as.recall(ctx, { query: "waffle", ...inTenant, maxTokens: 3 });
    expect(cut.hits).toMatchObject([{ text: "# Food\n\nBrow", tokens: 3 }]);
  });

  test("never compares vectors of another embedder, or of another length", async () => {
    const { ctx, as, embed } = await aLibrary();
    const vector = await vectorOf(embed, "brown cheese waffle");
    const byOther = await as.recall(ctx, { query: "?", vector, embedder: "other", ...inTenant });
    expect(byOther.hits).toEqual([]);
    const shorter = await as.recall(ctx, {
      query: "?",
      vector: vector.slice(0, 200),
      embedder: embed.name,
      ...inTenant,
    });
    expect(shorter.hits).toEqual([]);
    const byWords = await as.recall(ctx, { query: "waffle", vector, embedder: "other", ...inTenant });
    expect(byWords.hits).toMatchObject([{ documentKey: "food.md" }]);
  });

  test("takes vectors of any length up to 4096, padded", async () => {
    const { ctx, memory } = aMemory();
    const as = memory.as(OWNER);
    for (const dimensions of [3, 300, 1536, 4000]) {
      const embed = anEmbed({ name: `of ${dimensions}`, dimensions });
      await as.documents.put(ctx, { scope: "user", key: `${dimensions}`, text: "Deep water", embed });
      const { hits } = await as.recall(ctx, {
        query: "?",
        vector: await vectorOf(embed, "Deep water"),
        embedder: embed.name,
        kinds: ["chunk"],
      });
      expect(hits).toMatchObject([{ documentKey: `${dimensions}`, vectorRank: 1 }]);
    }
  });

  test("leaves out the turn that asks and what follows it", async () => {
    const { ctx, threadId, owner } = await aThread({ shared: false });
    for (const words of ["fjord one", "fjord two", "fjord three"]) {
      await owner.messages.append(ctx, { threadId, messages: [said("user", words)] });
    }
    const { page } = await owner.messages.list(ctx, { threadId, cursor: null, order: "asc" });
    const beforeTurn = page[1]?.turn;
    const { hits } = await owner.recall(ctx, {
      query: "fjord",
      scopes: ["thread", "user"],
      threadId,
      beforeTurn,
    });
    expect(texts(hits)).toEqual(["fjord one"]);
    expect(hits[0]).toMatchObject({ kind: "message", threadId, citation: `[message ${page[0]?.turn}.0]` });
  });

  test("forgets a message with its removal, and knows an edited one by its new words", async () => {
    const { ctx, threadId, owner } = await aThread({ shared: false });
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: [said("user", "fjord"), said("assistant", "cliff")],
    });
    const [first, second] = places.map(({ messageId }) => messageId);
    await owner.messages.remove(ctx, { messageId: first ?? "" });
    await owner.messages.update(ctx, { messageId: second ?? "", parts: [{ type: "text", text: "waffle" }] });
    const find = async (query: string) =>
      texts((await owner.recall(ctx, { query, scopes: ["thread"], threadId })).hits);
    expect(await find("fjord")).toEqual([]);
    expect(await find("cliff")).toEqual([]);
    expect(await find("waffle")).toEqual(["waffle"]);
  });
});

describe("what waits for a vector", () => {
  test("is stored by a search, with its cost, and found by that very search", async () => {
    const { ctx, threadId, owner } = await aThread({ shared: false });
    const embed = anEmbed();
    await owner.messages.append(ctx, {
      threadId,
      messages: [said("user", "Deep water"), said("assistant", "Steep cliffs")],
    });
    const pending = await owner.embeddings.listPending(ctx, { threadId, limit: 10 });
    expect(pending.map(({ text }) => text)).toEqual(["Deep water", "Steep cliffs"]);
    const { vectors } = await embed.embed(pending.map(({ text }) => text));
    const store = pending.map(({ entryId }, index) => ({ entryId, vector: vectors[index] ?? [] }));
    const question = { query: "?", kinds: ["message" as const], scopes: ["thread" as const], threadId };
    const search = {
      ...question,
      vector: vectors[1],
      embedder: embed.name,
      store,
      usage: embeddingUsage(2),
      operationId: "op",
    };
    const { hits } = await owner.recall(ctx, { ...search, limit: 1 });
    expect(hits).toMatchObject([{ text: "Steep cliffs", vectorRank: 1 }]);
    expect(await owner.embeddings.listPending(ctx, { threadId, limit: 10 })).toEqual([]);
    await owner.recall(ctx, search);
    await owner.embeddings.store(ctx, { embedder: embed.name, vectors: store });
    expect(await owner.usage.summary(ctx, { threadId })).toMatchObject({
      calls: 1,
      inputTokens: 2,
      outputTokens: 0,
    });
  });

  test("is not changed by vectors that come again or of which nothing is left", async () => {
    const { ctx, threadId, owner, countRows } = await aThread({ shared: false });
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: [said("user", "one"), said("user", "two")],
    });
    const pending = await owner.embeddings.listPending(ctx, { threadId, limit: 10 });
    await owner.messages.remove(ctx, { messageId: places[0]?.messageId ?? "" });
    const vectors = pending.map(({ entryId }) => ({ entryId, vector: [1, 0] }));
    await owner.embeddings.store(ctx, { embedder: "e", vectors });
    await owner.embeddings.store(ctx, { embedder: "e", vectors });
    expect(await countRows()).toMatchObject({ vectors_256: 1, recallEntries: 1 });
  });

  test("goes with its thread, vectors and all", async () => {
    vi.useFakeTimers();
    const { ctx, threadId, owner, countRows, finishSweeps } = await aThread({ shared: false });
    await owner.messages.append(ctx, { threadId, messages: [said("user", "one"), said("user", "two")] });
    const pending = await owner.embeddings.listPending(ctx, { threadId, limit: 10 });
    await owner.embeddings.store(ctx, {
      embedder: "e",
      vectors: pending.map(({ entryId }) => ({ entryId, vector: [1] })),
    });
    await owner.threads.remove(ctx, { threadId });
    const { hits } = await owner.recall(ctx, { query: "one", scopes: ["user"] });
    expect(hits).toEqual([]);
    await finishSweeps();
    expect(await countRows()).toEqual({ scopeCounts: 1 });
    vi.useRealTimers();
  });
});

describe("vectors that cannot be compared", () => {
  const bad: [string, number[]][] = [
    ["of another length than the others", [1, 0, 0]],
    ["with a number that is not finite", [NaN, 0]],
    ["without numbers", []],
  ];

  test.each(bad)("%s are INVALID_ARGUMENT, and nothing is written", async (_, vector) => {
    const { ctx, threadId, owner, countRows } = await aThread({ shared: false });
    await owner.messages.append(ctx, { threadId, messages: [said("user", "one"), said("user", "two")] });
    const rows = await countRows();
    const [first, second] = await owner.embeddings.listPending(ctx, { threadId, limit: 10 });
    const store = [
      { entryId: first?.entryId ?? "", vector: [1, 0] },
      { entryId: second?.entryId ?? "", vector },
    ];
    expect(await codeOf(owner.embeddings.store(ctx, { embedder: "e", vectors: store }))).toBe(
      "INVALID_ARGUMENT",
    );
    const question = { query: "one", scopes: ["thread" as const], threadId };
    const search = owner.recall(ctx, {
      ...question,
      vector: [1, 0],
      embedder: "e",
      store,
      usage: embeddingUsage(1),
    });
    expect(await codeOf(search)).toBe("INVALID_ARGUMENT");
    expect(await countRows()).toEqual(rows);
  });

  test("longer than the widest table, or of no embedder, are INVALID_ARGUMENT", async () => {
    const { ctx, memory } = aMemory();
    const as = memory.as(OWNER);
    const long = as.recall(ctx, { query: "one", vector: new Array<number>(5_000).fill(1), embedder: "e" });
    expect(await codeOf(long)).toBe("INVALID_ARGUMENT");
    expect(await codeOf(as.recall(ctx, { query: "one", vector: [1] }))).toBe("INVALID_ARGUMENT");
  });

  test("from an embedder that breaks its word are EMBEDDING_FAILED, and no chunk is written", async () => {
    const { ctx, memory, countRows } = aMemory();
    const as = memory.as(OWNER);
    const document = { scope: "user" as const, key: "a.md", text: "Deep water" };
    const give = (vectors: number[][]) => ({ name: "e", dimensions: 2, embed: async () => ({ vectors }) });
    for (const vectors of [
      [],
      [[1]],
      [[1, NaN]],
      [
        [1, 0],
        [0, 1],
      ],
    ]) {
      const put = as.documents.put(ctx, { ...document, embed: give(vectors) });
      expect(await codeOf(put)).toBe("EMBEDDING_FAILED");
      expect(await codeOf(as.recall(ctx, { query: "water", embed: give(vectors) }))).toBe("EMBEDDING_FAILED");
    }
    const notFinite = as.recall(ctx, { query: "water", embed: give([[1, NaN]]) });
    await expect(notFinite).rejects.toMatchObject({
      data: { message: "The embedder failed: A vector holds a number that is not finite." },
    });
    // The list of documents says what failed; the sweep that forgets it is armed.
    expect(await countRows()).toEqual({ documents: 1, sweeps: 1 });
  });
});
