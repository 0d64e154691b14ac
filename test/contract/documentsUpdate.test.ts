import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { aMemory, codeOf, OWNER, STRANGER, type TestMemory } from "../support/aMemory.js";
import { anEmbed } from "../support/embed.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const guide = { scope: "user" as const, key: "guide.md" };

/** The importance of every entry, each value once; null for none. */
const importances = ({ inside }: TestMemory) =>
  inside(async (ctx) => [
    ...new Set((await ctx.db.query("recallEntries").collect()).map(({ importance }) => importance ?? null)),
  ]);

/** Text of so many chunks. */
const parts = (count: number) =>
  Array.from({ length: count }, (_, index) => `## Part ${index}\n\nfjord ${index}`).join("\n\n");

describe("changing what is said about a document", () => {
  test("touches no chunk, embeds nothing, and is not undone by putting it all again", async () => {
    const test = aMemory();
    const { ctx, memory, countRows } = test;
    const { documents } = memory.as(OWNER);
    const embed = anEmbed();
    const { documentId } = await documents.put(ctx, { ...guide, text: parts(3), embed });
    const before = await documents.get(ctx, guide);
    await documents.update(ctx, { documentId, metadata: '{"kind":"guide"}', importance: 0.9 });
    const after = await documents.get(ctx, guide);
    expect(after).toEqual({
      ...before,
      metadata: '{"kind":"guide"}',
      importance: 0.9,
      hash: after?.hash,
    });
    expect(after?.hash).not.toBe(before?.hash);
    expect(await importances(test)).toEqual([0.9]);
    const same = { ...guide, text: parts(3), embed, metadata: '{"kind":"guide"}', importance: 0.9 };
    const rows = await countRows();
    expect(await documents.put(ctx, same)).toMatchObject({ kind: "unchanged" });
    await documents.update(ctx, { documentId, metadata: '{"kind":"guide"}' });
    expect(await countRows()).toEqual(rows);
    expect(embed.calls).toHaveLength(1);
  });

  test("null takes it away, and the document is as it was put", async () => {
    const test = aMemory();
    const { ctx, memory, countRows } = test;
    const { documents } = memory.as(OWNER);
    const { documentId } = await documents.put(ctx, { ...guide, text: "Fjord." });
    const [before, rows] = [await documents.get(ctx, guide), await countRows()];
    await documents.update(ctx, { documentId, metadata: '{"a":1}', importance: 0 });
    expect(await importances(test)).toEqual([0]);
    await documents.update(ctx, { documentId, metadata: null, importance: null });
    expect(await documents.get(ctx, guide)).toEqual(before);
    expect(await importances(test)).toEqual([null]);
    expect(await countRows()).toEqual(rows);
  });

  test("reaches every entry of a long document, also when it changes again on the way", async () => {
    const test = aMemory();
    const { ctx, memory, finishSweeps } = test;
    const { documents } = memory.as(OWNER);
    const { documentId, chunks } = await documents.put(ctx, { ...guide, text: parts(900) });
    expect(chunks).toBeGreaterThan(800);
    await documents.update(ctx, { documentId, importance: 0.2 });
    expect((await importances(test)).length).toBe(2);
    await documents.update(ctx, { documentId, importance: 0.7 });
    await finishSweeps();
    expect(await importances(test)).toEqual([0.7]);
    expect((await test.countRows()).sweeps).toBeUndefined();
  });

  test("a replace brings its own importance, whatever was under way", async () => {
    const test = aMemory();
    const { ctx, memory, finishSweeps } = test;
    const { documents } = memory.as(OWNER);
    const { documentId } = await documents.put(ctx, { ...guide, text: parts(300), importance: 1 });
    expect(await importances(test)).toEqual([1]);
    await documents.update(ctx, { documentId, importance: 0.2 });
    await documents.put(ctx, { ...guide, text: parts(301), importance: 0.5 });
    await finishSweeps();
    expect(await importances(test)).toEqual([0.5]);
  });

  test.each([-0.1, 1.1, NaN, Infinity, -Infinity])("an importance of %d is refused", async (importance) => {
    const { ctx, memory, countRows } = aMemory();
    const { documents } = memory.as(OWNER);
    expect(await codeOf(documents.put(ctx, { ...guide, text: "Fjord.", importance }))).toBe(
      "INVALID_ARGUMENT",
    );
    expect(await countRows()).toEqual({});
    const { documentId } = await documents.put(ctx, { ...guide, text: "Fjord." });
    expect(await codeOf(documents.update(ctx, { documentId, importance }))).toBe("INVALID_ARGUMENT");
    expect(await documents.get(ctx, guide)).not.toHaveProperty("importance");
  });

  test.each(["", "{", "undefined", "{a:1}", `"${"x".repeat(17_000)}"`])(
    "metadata that is no JSON, or too long, is refused: %.12s",
    async (metadata) => {
      const { ctx, memory, countRows } = aMemory();
      const { documents } = memory.as(OWNER);
      expect(await codeOf(documents.put(ctx, { ...guide, text: "Fjord.", metadata }))).toBe(
        "INVALID_ARGUMENT",
      );
      expect(await countRows()).toEqual({});
      const { documentId } = await documents.put(ctx, { ...guide, text: "Fjord." });
      expect(await codeOf(documents.update(ctx, { documentId, metadata }))).toBe("INVALID_ARGUMENT");
    },
  );

  test("is the owner's alone, and needs a document that readers see", async () => {
    const { ctx, memory, component } = aMemory();
    const { documents } = memory.as(OWNER);
    const { documentId } = await documents.put(ctx, { ...guide, text: "Fjord." });
    const foreign = memory.as(STRANGER).documents.update(ctx, { documentId, importance: 1 });
    expect(await codeOf(foreign)).toBe("DOCUMENT_NOT_FOUND");
    const draft = await ctx.runMutation(component.documents.write, {
      ...{ caller: OWNER, scope: "user", key: "draft.md", contentHash: "h", bytes: 2, offset: 0 },
      ...{ total: { chunks: 2, bytes: 2 }, chunks: [], final: false },
    });
    const early = documents.update(ctx, { documentId: draft.documentId, importance: 1 });
    expect(await codeOf(early)).toBe("DOCUMENT_NOT_FOUND");
  });

  test("meant for a text that was replaced meanwhile is refused", async () => {
    const { ctx, memory, component } = aMemory();
    const { documents } = memory.as(OWNER);
    const { documentId } = await documents.put(ctx, { ...guide, text: "Fjord." });
    const { contentHash = "" } = (await documents.get(ctx, guide)) ?? {};
    await documents.put(ctx, { ...guide, text: "Plateau." });
    const late = { caller: OWNER, documentId, contentHash, importance: 1 };
    expect(await codeOf(ctx.runMutation(component.documents.update, late))).toBe("DOCUMENT_REPLACED");
  });
});
