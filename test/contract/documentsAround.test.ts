import { describe, expect, test } from "vitest";
import { aMemory, codeOf, OTHER_TENANT, OWNER, STRANGER } from "../support/aMemory.js";

const guide = { scope: "user" as const, key: "guide.md" };

/** A document of ten chunks, and the ids of its chunks. */
async function aGuide(
  text = Array.from({ length: 10 }, (_, index) => `## Part ${index}\n\nWords ${index}.`).join("\n\n"),
) {
  const test = aMemory();
  const { documents } = test.memory.as(OWNER);
  const { documentId } = await documents.put(test.ctx, { ...guide, text, chunk: { maxTokens: 16 } });
  const { page } = await documents.listChunks(test.ctx, { documentId, cursor: null, limit: 200 });
  const around = async (indexes: number[], neighbours?: number) =>
    (
      await documents.readAround(test.ctx, {
        chunkIds: indexes.map((at) => page[at]?.chunkId ?? ""),
        neighbours,
      })
    ).spans;
  return { ...test, documents, documentId, page, around };
}

describe("reading around chunks", () => {
  test("gives each with its neighbours as one text, within the document", async () => {
    const { around, page } = await aGuide();
    expect(page).toHaveLength(10);
    const [span] = await around([4]);
    expect(span).toMatchObject({
      documentKey: "guide.md",
      ...{ from: 3, to: 5 },
      headings: ["Part 3", "Part 4", "Part 5"].map((heading) => expect.stringContaining(heading) as string),
      text: "## Part 3\n\nWords 3.\n\n## Part 4\n\nWords 4.\n\n## Part 5\n\nWords 5.",
      chunkIds: [page[4]?.chunkId],
    });
    expect(await around([0], 2)).toMatchObject([{ from: 0, to: 2 }]);
    expect(await around([9], 5)).toMatchObject([{ from: 4, to: 9 }]);
    expect(await around([4], 0)).toMatchObject([{ from: 4, to: 4, text: page[4]?.text }]);
  });

  test("joins what overlaps or touches, in the order of what was asked for first", async () => {
    const { around, page } = await aGuide();
    const ranges = async (indexes: number[], neighbours?: number) =>
      (await around(indexes, neighbours)).map(({ from, to }) => [from, to]);
    expect(await ranges([8, 1])).toEqual([
      [7, 9],
      [0, 2],
    ]);
    expect(await ranges([5, 2])).toEqual([[1, 6]]);
    expect(await ranges([5, 1])).toEqual([
      [4, 6],
      [0, 2],
    ]);
    expect(await ranges([1, 7, 4])).toEqual([[0, 8]]);
    expect(await ranges([3, 3], 0)).toEqual([[3, 3]]);
    const [all] = await around([1, 7, 4]);
    expect(all?.chunkIds).toEqual([1, 4, 7].map((at) => page[at]?.chunkId));
  });

  test("puts a sentence, a list and a code block together as they were", async () => {
    const text = [
      `# Long\n\n${Array.from({ length: 40 }, (_, index) => `Sentence ${index} says one thing.`).join(" ")}`,
      Array.from({ length: 40 }, (_, index) => `- item ${index}`).join("\n"),
      `\`\`\`ts\n${Array.from({ length: 40 }, (_, index) => `const value${index} = ${index};`).join("\n")}\n\`\`\``,
      "山".repeat(120),
    ].join("\n\n");
    const { documents, ctx, page } = await aGuide(text);
    expect(page.length).toBeGreaterThan(20);
    // Windows of eleven chunks that touch, read one after the other, are the text.
    const centres = page.filter(({ index }) => index % 11 === 5 || index === page.length - 1);
    const { spans } = await documents.readAround(ctx, {
      chunkIds: centres.map(({ chunkId }) => chunkId),
      neighbours: 5,
    });
    expect(spans.map((span) => span.text)).toEqual([text]);
  });

  test("passes over what was replaced, is foreign, or is no chunk", async () => {
    const { ctx, memory, documents, page, documentId } = await aGuide();
    const chunkIds = page.slice(0, 2).map(({ chunkId }) => chunkId);
    for (const other of [STRANGER, OTHER_TENANT])
      expect(await memory.as(other).documents.readAround(ctx, { chunkIds })).toEqual({ spans: [] });
    const bad = ["", "nonsense", documentId, chunkIds[0] ?? ""];
    expect((await documents.readAround(ctx, { chunkIds: bad })).spans).toHaveLength(1);
    await documents.put(ctx, { ...guide, text: "# New" });
    expect(await documents.readAround(ctx, { chunkIds })).toEqual({ spans: [] });
    expect(await documents.readAround(ctx, { chunkIds: [] })).toEqual({ spans: [] });
  });

  test.each([-1, 6, 0.5, NaN, Infinity])("%d neighbours are refused", async (neighbours) => {
    const { ctx, documents, page } = await aGuide();
    const read = documents.readAround(ctx, { chunkIds: [page[0]?.chunkId ?? ""], neighbours });
    expect(await codeOf(read)).toBe("INVALID_ARGUMENT");
  });

  test("more than sixteen chunks are refused", async () => {
    const { ctx, documents } = await aGuide();
    const read = documents.readAround(ctx, { chunkIds: Array.from({ length: 17 }, (_, at) => `${at}`) });
    expect(await codeOf(read)).toBe("INVALID_ARGUMENT");
  });
});
