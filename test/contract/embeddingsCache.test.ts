// The same text is never embedded twice by one embedder.
import { afterEach, describe, expect, test, vi } from "vitest";
import { bucketOf, embeddedTextHash } from "../../src/shared/embeddedText.js";
import { EMBEDDING_LOOKUP_TEXTS, QUERY_VECTOR_RETENTION_MS } from "../../src/shared/limits.js";
import { aMemory, aThread, codeOf, OTHER_TENANT, OWNER, said } from "../support/aMemory.js";
import { anEmbed } from "../support/embed.js";
import { embedWaiting, waitingIn } from "../support/vectors.js";

afterEach(() => {
  vi.useRealTimers();
});

const document = { scope: "user" as const, key: "guide.md" };
const guide = (...passages: string[]): string =>
  passages.map((text, at) => `# H${at}\n\n${text}`).join("\n\n");

describe("the same text", () => {
  test("of a document of which one paragraph changed: only that is embedded", async () => {
    const { ctx, memory } = aMemory();
    const { documents } = memory.as(OWNER);
    const embed = anEmbed();
    await documents.put(ctx, {
      ...document,
      text: guide("Deep water.", "Steep cliffs.", "Old huts."),
      embed,
    });
    await documents.put(ctx, {
      ...document,
      text: guide("Deep water.", "Steep cliffs!", "Old huts."),
      embed,
    });
    expect(embed.calls.slice(1)).toEqual([[expect.stringContaining("Steep cliffs!")]]);
    const { hits } = await memory.as(OWNER).recall(ctx, { query: "water", kinds: ["chunk"], embed });
    expect(hits[0]).toMatchObject({ vectorRank: expect.any(Number) as number });
    expect(hits[0]?.text).toContain("Deep water.");
  });

  test("twice in one document, or in that of another tenant, is embedded once", async () => {
    const { ctx, memory, countRows } = aMemory();
    const embed = anEmbed();
    const text = "# A\n\nDeep water.\n\n# A\n\nDeep water.";
    await memory.as(OWNER).documents.put(ctx, { ...document, text, embed });
    expect(embed.calls.map((texts) => texts.length)).toEqual([1]);
    await memory.as(OTHER_TENANT).documents.put(ctx, { ...document, text, embed });
    expect(embed.calls).toHaveLength(1);
    expect(await countRows()).toMatchObject({ vectors_256: 4 });
  });

  test("by another embedder, or at another length, is embedded", async () => {
    const { ctx, memory } = aMemory();
    const { documents } = memory.as(OWNER);
    await documents.put(ctx, { ...document, text: guide("Deep water."), embed: anEmbed() });
    const [other, longer] = [anEmbed({ name: "other" }), anEmbed({ dimensions: 512 })];
    await documents.put(ctx, { ...document, text: guide("Deep water."), embed: other });
    await documents.put(ctx, {
      ...document,
      text: guide("Deep water."),
      embed: { ...longer, dimensions: 512 },
    });
    expect([other.calls.length, longer.calls.length]).toEqual([1, 1]);
  });

  test("of messages comes with its vector from the queue", async () => {
    const { ctx, owner, threadId } = await aThread({ shared: false });
    const embed = anEmbed();
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Thanks!")] });
    await embedWaiting(owner, ctx, { embed });
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Thanks!"), said("user", "Bye")] });
    const [again, fresh] = await owner.embeddings.listPending(ctx, { threadId, limit: 9 });
    expect(again?.embedded).toMatchObject({ embedder: embed.name });
    expect(again?.embedded?.vector).toEqual((await embed.embed(["Thanks!"])).vectors[0]);
    expect(fresh).not.toHaveProperty("embedded");
  });

  test("that is gone lends nothing", async () => {
    const { ctx, owner, threadId } = await aThread({ shared: false });
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Thanks!")] });
    await embedWaiting(owner, ctx, { embed: anEmbed() });
    const { page } = await owner.messages.list(ctx, { threadId, cursor: null });
    await owner.messages.remove(ctx, { messageId: page[0]?.messageId ?? "" });
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Thanks!")] });
    expect((await owner.embeddings.listPending(ctx, { threadId, limit: 9 }))[0]).not.toHaveProperty(
      "embedded",
    );
  });
});

describe("a question", () => {
  test("that was asked before, by whomever, is not embedded again for a day", async () => {
    vi.useFakeTimers();
    const { ctx, memory, countRows, finishSweeps } = aMemory();
    const embed = anEmbed();
    const ask = (as: typeof OWNER, query: string) => memory.as(as).recall(ctx, { query, embed });
    await ask(OWNER, "Where is the water?");
    await ask(OWNER, "Where is the water?");
    await ask(OTHER_TENANT, "Where is the water?");
    expect(embed.calls).toHaveLength(1);
    vi.advanceTimersByTime(QUERY_VECTOR_RETENTION_MS - 1);
    await ask(OWNER, "Where is the water?");
    expect(embed.calls).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await ask(OWNER, "Where is the water?");
    expect(embed.calls).toHaveLength(2);
    await finishSweeps();
    expect(await countRows()).toEqual({ usageEvents: 2 });
  });

  test("of which the text is a message's or a chunk's is not embedded", async () => {
    const { ctx, owner, threadId } = await aThread({ shared: false });
    const embed = anEmbed();
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Deep water")] });
    await embedWaiting(owner, ctx, { embed });
    const { hits } = await owner.recall(ctx, { query: "Deep water", embed });
    expect(hits[0]).toMatchObject({ vectorRank: 1 });
    expect(embed.calls).toHaveLength(1);
  });

  test("makes room for the next in its bucket, so that the table cannot grow", async () => {
    const { ctx, memory, countRows } = aMemory();
    const as = memory.as(OWNER);
    const buckets = new Map<number, string>();
    let pair: [string, string] | undefined;
    for (let index = 0; pair === undefined; index++) {
      const query = `question ${index}`;
      const bucket = bucketOf(await embeddedTextHash(query));
      const other = buckets.get(bucket);
      if (other === undefined) buckets.set(bucket, query);
      else pair = [other, query];
    }
    const embed = anEmbed();
    for (const query of [...pair, ...pair]) await as.recall(ctx, { query, embed });
    expect(embed.calls.flat()).toEqual([...pair, ...pair]);
    expect(await countRows()).toMatchObject({ queryVectors: 1 });
  });

  test("with a hash that is none is INVALID_ARGUMENT, and looking up too many as well", async () => {
    const { ctx, component, countRows } = aMemory();
    const search = { query: "a", kinds: ["message" as const], scopes: ["user" as const], caller: OWNER };
    const wrong = { ...search, vector: [1, 0], embedder: "e", queryHash: "../a" };
    expect(await codeOf(ctx.runAction(component.recall.search, wrong))).toBe("INVALID_ARGUMENT");
    const textHashes = Array.from({ length: EMBEDDING_LOOKUP_TEXTS + 1 }, (_, index) => String(index));
    const lookUp = ctx.runQuery(component.embeddings.lookUp, { embedder: "e", textHashes });
    expect(await codeOf(lookUp)).toBe("INVALID_ARGUMENT");
    expect(await ctx.runQuery(component.embeddings.lookUp, { embedder: "e", textHashes: ["x"] })).toEqual([
      { textHash: "x" },
    ]);
    expect(await countRows()).toEqual({});
  });

  test("that could not be embedded leaves nothing", async () => {
    const { ctx, owner, countRows } = await aThread({ shared: false });
    const rows = await countRows();
    const embed = { name: "e", embed: async () => ({ vectors: [[NaN]] }) };
    expect(await codeOf(owner.recall(ctx, { query: "water", embed }))).toBe("EMBEDDING_FAILED");
    expect(await countRows()).toEqual(rows);
    expect(await waitingIn(owner, ctx)).toEqual([]);
  });
});
