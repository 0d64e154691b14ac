import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sweepDocument } from "../../src/component/model/documents.js";
import { write } from "../../src/component/model/documentWrite.js";
import { SWEEP_MAX_BYTES, SWEEP_MAX_ROWS } from "../../src/shared/limits.js";
import { aMemory, codeOf, OWNER } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";
import { anEmbed } from "../support/embed.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const guide = { scope: "tenant" as const, key: "guide.md" };

/** Markdown of at least so many bytes, all sections different. */
function aText(bytes: number): string {
  const sections: string[] = [];
  for (let length = 0, index = 0; length < bytes; index++) {
    const section = `## Section ${index}\n\n${`Sentence of section ${index} about fjords. `.repeat(12)}`;
    sections.push(section);
    length += section.length;
  }
  return sections.join("\n\n");
}

describe("promise 9: documents are written, read and removed in bounded steps", () => {
  test("a document of 3 MB is put, counted and listed", async () => {
    const { ctx, memory } = aMemory();
    const { documents } = memory.as(OWNER);
    const { chunks, documentId } = await documents.put(ctx, { ...guide, text: aText(3_000_000) });
    expect(chunks).toBeGreaterThan(3_000);
    expect(await documents.count(ctx, { scope: "tenant" })).toEqual({ documents: 1, chunks });
    const page = await documents.listChunks(ctx, { documentId, cursor: null, limit: 500 });
    expect(page.page).toHaveLength(200);
    expect((await documents.outline(ctx, guide)).headings).toHaveLength(200);
  });

  test("a long document is removed in several pages, to the last row", async () => {
    const { ctx, memory, finishSweeps, countRows } = aMemory();
    const { documents } = memory.as(OWNER);
    const { documentId, chunks } = await documents.put(ctx, { ...guide, text: aText(400_000) });
    expect(chunks).toBeGreaterThan(SWEEP_MAX_ROWS / 3);
    await documents.remove(ctx, { documentId });
    await finishSweeps();
    expect(await countRows()).toEqual({ scopeCounts: 1 });
  });

  test("a first write reads the document's row and the scope's count, and nothing per chunk", async () => {
    const component = aMemory();
    const chunks = Array.from({ length: 100 }, (_, index) => ({
      heading: "",
      text: `words ${index}`,
      tokens: 2,
    }));
    const page = {
      caller: OWNER,
      ...guide,
      contentHash: "h",
      bytes: 9,
      total: { chunks: 100, bytes: 790 },
      offset: 0,
    };
    const whole = { ...page, chunks, final: true };
    const cost = await costOf(component, (ctx) => write(ctx, whole));
    expect(cost).toMatchObject({ ranges: 2, documentsRead: 0, documentsWritten: 202 });
  });

  test("one page of the sweep stays within its bytes and rows", async () => {
    const component = aMemory();
    const { ctx, memory } = component;
    const { documents } = memory.as(OWNER);
    const { documentId } = await documents.put(ctx, { ...guide, text: aText(600_000), embed: anEmbed() });
    await documents.remove(ctx, { documentId });
    const cost = await costOf(component, (inner) => sweepDocument(inner, documentId, 300));
    expect(cost.output).toMatchObject({ removed: 300 });
    expect(cost.output.nextAt).not.toBeNull();
    expect(cost.bytesRead).toBeLessThan(2 * SWEEP_MAX_BYTES);
  });

  test("a page of too many chunks, or of a chunk too long, is refused and writes nothing", async () => {
    const { ctx, component, countRows } = aMemory();
    const page = {
      caller: OWNER,
      ...guide,
      contentHash: "h",
      bytes: 9,
      total: { chunks: 1, bytes: 1 },
      offset: 0,
      final: true,
    };
    const chunk = (text: string) => ({ heading: "", text, tokens: 1 });
    const many = { ...page, chunks: Array.from({ length: 201 }, () => chunk("a")) };
    const long = { ...page, chunks: [chunk("a"), chunk("b".repeat(40_000))] };
    expect(await codeOf(ctx.runMutation(component.documents.write, many))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(ctx.runMutation(component.documents.write, long))).toBe("DOCUMENT_INVALID");
    const large = { ...page, bytes: 40_000_000, chunks: [] };
    expect(await codeOf(ctx.runMutation(component.documents.write, large))).toBe("DOCUMENT_INVALID");
    expect(await countRows()).toEqual({});
  });
});

describe("what is no text is refused with DOCUMENT_INVALID", () => {
  const bad: [string, string | Uint8Array][] = [
    ["bytes that are no UTF-8", new Uint8Array([0x68, 0x69, 0xff, 0xfe])],
    ["a binary file", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x00, 0x00])],
    ["NUL characters in a string", "words\0words"],
    ["half of a character", "words \ud800 words"],
    ["nothing at all", undefined as never],
  ];

  test.each(bad)("%s", async (_, text) => {
    const { ctx, memory, countRows } = aMemory();
    const put = memory.as(OWNER).documents.put(ctx, { ...guide, text });
    expect(await codeOf(put)).toBe("DOCUMENT_INVALID");
    expect(await countRows()).toEqual({});
  });

  test("bytes of valid UTF-8 are taken, and a mark of byte order is dropped", async () => {
    const { ctx, memory } = aMemory();
    const { documents } = memory.as(OWNER);
    const bytes = new TextEncoder().encode("\ufeff# Blåfjell\n\nHøyt 山 🏔");
    const { documentId } = await documents.put(ctx, { ...guide, text: bytes });
    const { page } = await documents.listChunks(ctx, { documentId, cursor: null });
    expect(page).toMatchObject([{ heading: "Blåfjell", text: "# Blåfjell\n\nHøyt 山 🏔" }]);
  });

  test("a text of nothing but white space is a document without chunks", async () => {
    const { ctx, memory } = aMemory();
    const { documents } = memory.as(OWNER);
    expect(await documents.put(ctx, { ...guide, text: " \n\n " })).toMatchObject({
      kind: "written",
      chunks: 0,
    });
    expect(await documents.get(ctx, guide)).toMatchObject({ state: { kind: "ready" }, chunks: 0 });
  });
});
