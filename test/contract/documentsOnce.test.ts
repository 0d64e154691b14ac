import { describe, expect, test } from "vitest";
import { aMemory, codeOf, OWNER } from "../support/aMemory.js";
import { anEmbed } from "../support/embed.js";

const guide = { scope: "tenant" as const, key: "guide.md" };
const words = (text: string) => ({ heading: "", text, tokens: 2 });

/** The arguments of a write by hand, as `put` makes them: the first two of three chunks. */
const aWrite = (contentHash: string) => ({
  caller: OWNER,
  ...guide,
  contentHash,
  bytes: 16,
  total: { chunks: 3, bytes: 16 },
  offset: 0,
  chunks: [words("first"), words("second")],
  final: false,
});

describe("promise 1: a document is written once", () => {
  test("putting the same text again writes nothing and embeds nothing", async () => {
    const { ctx, memory, countRows } = aMemory();
    const { documents } = memory.as(OWNER);
    const embed = anEmbed();
    const first = await documents.put(ctx, { ...guide, text: "# Fjords\n\nDeep water.", embed });
    const rows = await countRows();
    const again = await documents.put(ctx, { ...guide, text: "# Fjords\n\nDeep water.", embed });
    expect(again).toEqual({ ...first, kind: "unchanged" });
    expect(embed.calls).toHaveLength(1);
    expect(await countRows()).toEqual(rows);
  });

  test("another title, chunk size or embedder is written anew; other metadata or importance is not", async () => {
    const { ctx, memory } = aMemory();
    const { documents } = memory.as(OWNER);
    const embed = anEmbed();
    const other = anEmbed({ name: "other" });
    const text = "# Fjords\n\nDeep water.";
    const puts = [
      { embed },
      { embed, metadata: '{"a":1}' },
      { embed, metadata: '{"a":1}', importance: 0.5 },
      { embed, metadata: '{"a":1}', importance: 0.5, title: "Water" },
      { embed, chunk: { maxTokens: 50 } },
      { embed: other, chunk: { maxTokens: 50 } },
      { embed: other, chunk: { maxTokens: 50 } },
    ];
    const kinds = [];
    const hashes = new Set<string | undefined>();
    for (const put of puts) {
      kinds.push((await documents.put(ctx, { ...guide, text, ...put })).kind);
      hashes.add((await documents.get(ctx, guide))?.hash);
    }
    expect(kinds).toEqual([
      ...["written", "updated", "updated"],
      ...["written", "written", "written", "unchanged"],
    ]);
    expect(hashes.size).toBe(6);
    // What is embedded of its one chunk stays the same: each embedder sees it once.
    expect([embed.calls.length, other.calls.length]).toEqual([1, 1]);
  });

  test("a page that is sent twice is there once", async () => {
    const { ctx, component, memory, countRows } = aMemory();
    const { generation } = await ctx.runMutation(component.documents.write, aWrite("h1"));
    const second = { ...aWrite("h1"), generation, offset: 2, chunks: [words("third")], final: true };
    await ctx.runMutation(component.documents.write, aWrite("h1"));
    const ready = await ctx.runMutation(component.documents.write, second);
    expect(await ctx.runMutation(component.documents.write, second)).toEqual(ready);
    expect(ready.kind).toBe("ready");
    const { page } = await memory
      .as(OWNER)
      .documents.listChunks(ctx, { documentId: ready.documentId, cursor: null });
    expect(page.map(({ index, text }) => [index, text])).toEqual([
      [0, "first"],
      [1, "second"],
      [2, "third"],
    ]);
    expect(await countRows()).toMatchObject({ chunks: 3, recallEntries: 3, documents: 1 });
  });

  test("a page that overlaps the one before adds only what is missing", async () => {
    const { ctx, component, countRows } = aMemory();
    const { generation } = await ctx.runMutation(component.documents.write, aWrite("h1"));
    const overlap = { ...aWrite("h1"), generation, offset: 1, chunks: [words("second"), words("third")] };
    await ctx.runMutation(component.documents.write, overlap);
    expect(await countRows()).toMatchObject({ chunks: 3, recallEntries: 3 });
  });

  test("a page that leaves a gap, or names no generation, is refused", async () => {
    const { ctx, component } = aMemory();
    const { generation } = await ctx.runMutation(component.documents.write, aWrite("h1"));
    const later = { ...aWrite("h1"), offset: 9 };
    const gap = ctx.runMutation(component.documents.write, { ...later, generation });
    expect(await codeOf(gap)).toBe("INVALID_ARGUMENT");
    expect(await codeOf(ctx.runMutation(component.documents.write, later))).toBe("INVALID_ARGUMENT");
  });

  test("a put that was interrupted goes on where it stopped, and embeds nothing twice", async () => {
    const { ctx, memory } = aMemory();
    const { documents, usage } = memory.as(OWNER);
    const text = Array.from({ length: 900 }, (_, index) => `## Part ${index}\n\nwords of part ${index}`).join(
      "\n\n",
    );
    const embed = anEmbed();
    const fails = {
      ...embed,
      embed: (texts: string[]) => (embed.calls.length === 2 ? down() : embed.embed(texts)),
    };
    expect(await codeOf(documents.put(ctx, { ...guide, text, embed: fails }))).toBe("EMBEDDING_FAILED");
    const { chunks } = await documents.put(ctx, { ...guide, text, embed });
    const embedded = embed.calls.flat();
    expect(embedded).toHaveLength(chunks);
    expect(new Set(embedded).size).toBe(chunks);
    const { page } = await usage.list(ctx, { cursor: null, limit: 200 });
    expect(page.reduce((sum, event) => sum + event.inputTokens, 0)).toBe(chunks);
  });

  test("the put that began last wins, and the other is told", async () => {
    const { ctx, component, memory } = aMemory();
    const older = await ctx.runMutation(component.documents.write, aWrite("older"));
    await ctx.runMutation(component.documents.write, {
      ...aWrite("newer"),
      total: { chunks: 2, bytes: 11 },
      final: true,
    });
    const late = { ...aWrite("older"), generation: older.generation, offset: 2, final: true };
    expect(await codeOf(ctx.runMutation(component.documents.write, late))).toBe("DOCUMENT_REPLACED");
    expect(await memory.as(OWNER).documents.get(ctx, guide)).toMatchObject({
      contentHash: "newer",
      chunks: 2,
    });
  });
});

const down = () => Promise.reject(new Error("the embedder is down"));
