import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { aMemory, codeOf, OWNER } from "../support/aMemory.js";
import { anEmbed, vectorOf } from "../support/embed.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const guide = { scope: "tenant" as const, key: "guide.md" };
const inTenant = { kinds: ["chunk" as const], scopes: ["tenant" as const] };
const chunk = (text: string) => ({ heading: "", text, tokens: 3 });

/** A document of two chunks, and one page of its replacement, not final. */
async function aHalfReplaced() {
  const test = aMemory();
  const { ctx, component, memory } = test;
  const as = memory.as(OWNER);
  const write = { caller: OWNER, ...guide, bytes: 9, offset: 0 };
  const old = {
    ...write,
    contentHash: "old",
    total: { chunks: 2, bytes: 26 },
    chunks: [chunk("fjord old one"), chunk("fjord old two")],
    final: true,
  };
  const { documentId } = await ctx.runMutation(component.documents.write, old);
  const total = { chunks: 3, bytes: 41 };
  const page = { ...write, contentHash: "new", total, chunks: [chunk("fjord new one")], final: false };
  const { generation } = await ctx.runMutation(component.documents.write, page);
  const finish = () =>
    ctx.runMutation(component.documents.write, {
      ...page,
      generation,
      offset: 1,
      chunks: [chunk("fjord new two"), chunk("fjord new three")],
      final: true,
    });
  const texts = async () =>
    (await as.recall(ctx, { query: "fjord", ...inTenant })).hits.map(({ text }) => text).sort();
  return { ...test, as, documentId, finish, texts };
}

describe("replacing a document", () => {
  test("shows the old text whole until the last page is written, then the new, never a mix", async () => {
    const { ctx, as, documentId, finish, texts, finishSweeps, countRows } = await aHalfReplaced();
    expect(await texts()).toEqual(["fjord old one", "fjord old two"]);
    expect(await as.documents.count(ctx, { scope: "tenant" })).toEqual({ documents: 1, chunks: 2 });
    await finish();
    const whole = ["fjord new one", "fjord new three", "fjord new two"];
    expect(await texts()).toEqual(whole);
    expect(await as.documents.count(ctx, { scope: "tenant" })).toEqual({ documents: 1, chunks: 3 });
    await finishSweeps();
    expect(await texts()).toEqual(whole);
    expect(await as.documents.get(ctx, guide)).toMatchObject({ documentId, chunks: 3, contentHash: "new" });
    expect(await countRows()).toEqual({ documents: 1, chunks: 3, recallEntries: 3, scopeCounts: 1 });
  });

  test("is not seen by lists of chunks; a cursor from before it is refused", async () => {
    const { ctx, as, documentId, finish } = await aHalfReplaced();
    const first = await as.documents.listChunks(ctx, { documentId, cursor: null, limit: 1 });
    expect(first.page.map(({ text }) => text)).toEqual(["fjord old one"]);
    await finish();
    const next = as.documents.listChunks(ctx, { documentId, cursor: first.cursor });
    expect(await codeOf(next)).toBe("INVALID_ARGUMENT");
    const old = as.documents.getChunk(ctx, { chunkId: first.page[0]?.chunkId ?? "" });
    expect(await codeOf(old)).toBe("DOCUMENT_NOT_FOUND");
  });

  test("takes the old vectors out of the search as well", async () => {
    const { ctx, memory, finishSweeps, countRows } = aMemory();
    const as = memory.as(OWNER);
    const embed = anEmbed();
    await as.documents.put(ctx, { ...guide, text: "Glaciers carve valleys.", embed });
    await as.documents.put(ctx, { ...guide, text: "Glaciers carve fjords.", embed });
    const search = {
      query: "",
      vector: await vectorOf(embed, "Glaciers carve valleys."),
      embedder: embed.name,
    };
    const before = await as.recall(ctx, { ...search, ...inTenant });
    expect(before.hits.map(({ text }) => text)).toEqual(["Glaciers carve fjords."]);
    await finishSweeps();
    expect(await countRows()).toMatchObject({ chunks: 1, recallEntries: 1, vectors_256: 1 });
  });

  test("finds what is current behind as many chunks that are not", async () => {
    const { ctx, memory } = aMemory();
    const as = memory.as(OWNER);
    const text = (word: string) =>
      Array.from({ length: 40 }, (_, index) => `## Part ${index}\n\n${word} fjord ${index}`).join("\n\n");
    await as.documents.put(ctx, { ...guide, text: text("old") });
    await as.documents.put(ctx, { ...guide, text: text("new") });
    const { hits } = await as.recall(ctx, { query: "fjord", ...inTenant, limit: 40, maxTokens: 10_000 });
    expect(hits).toHaveLength(40);
    expect(hits.every((hit) => hit.text.includes("new fjord"))).toBe(true);
  });

  test("leaves no row of an abandoned write behind", async () => {
    const { ctx, as, finishSweeps, countRows } = await aHalfReplaced();
    await as.documents.put(ctx, { ...guide, text: "Something else." });
    await finishSweeps();
    expect(await countRows()).toEqual({ documents: 1, chunks: 1, recallEntries: 1, scopeCounts: 1 });
  });

  test("with the text that it has leaves an interrupted write alone", async () => {
    const { ctx, component, as } = await aHalfReplaced();
    const content = { bytes: 9, contentHash: "old", total: { chunks: 2, bytes: 26 } };
    const same = { caller: OWNER, ...guide, ...content, offset: 0, chunks: [], final: true };
    expect(await ctx.runMutation(component.documents.write, same)).toMatchObject({ kind: "unchanged" });
    expect(await as.documents.get(ctx, guide)).toMatchObject({
      writing: { written: { chunks: 1, bytes: 13 }, total: { chunks: 3, bytes: 41 } },
    });
  });
});

describe("removing a document", () => {
  test("hides it at once, and leaves no row of it", async () => {
    const { ctx, memory, finishSweeps, countRows } = aMemory();
    const as = memory.as(OWNER);
    const text = Array.from({ length: 30 }, (_, index) => `## Part ${index}\n\nfjord ${index}`).join("\n\n");
    const { documentId } = await as.documents.put(ctx, { ...guide, text, embed: anEmbed() });
    await as.documents.remove(ctx, { documentId });
    expect((await as.recall(ctx, { query: "fjord", ...inTenant })).hits).toEqual([]);
    expect(await as.documents.get(ctx, guide)).toBeNull();
    expect(await as.documents.count(ctx, { scope: "tenant" })).toEqual({ documents: 0, chunks: 0 });
    await finishSweeps();
    expect(await countRows()).toEqual({ scopeCounts: 1, usageEvents: 1 });
    expect(await codeOf(as.documents.remove(ctx, { documentId }))).toBe("DOCUMENT_NOT_FOUND");
  });
});
