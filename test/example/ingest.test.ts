import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { startExample, testDocuments, userOf, type User } from "./exampleApp.js";

let host: Host | null = null;
let ann: User;

beforeEach(async () => {
  await host?.close();
  host = await startExample();
  ann = userOf(host, "ann");
});
afterAll(async () => await host?.close());

type Batch = { files: number; chunks: number; unchanged: number; skipped: { key: string; reason: string }[] };
type Progress = { files: number; filesDone: number; chunks: number; unchanged: number; skipped: number };

const documents = async () => (await testDocuments()).map(({ key, text }) => ({ key, text }));
const put = (ingestId: string, batch: number, files: { key: string; text: string }[]) =>
  ann.action<Batch>("ingest:putBatch", { ingestId, batch, files });

describe("ingest", () => {
  test("counts a batch that is sent again once, and writes nothing anew", async () => {
    const files = await documents();
    const ingestId = await ann.mutation<string>("documents:begin", { files: files.length });
    const first = await put(ingestId, 0, files);
    const again = await put(ingestId, 0, files);
    expect(first).toMatchObject({ files: 3, unchanged: 0, skipped: [] });
    expect(again).toEqual({ ...first, unchanged: 3 });
    const progress = await ann.query<Progress>("documents:progress", { ingestId });
    expect(progress).toMatchObject({ files: 3, filesDone: 3, chunks: first.chunks, unchanged: 0 });
    expect(await ann.query("documents:countDocuments", { scope: "tenant" })).toEqual({
      documents: 3,
      chunks: first.chunks,
    });
    expect(
      await ann.query("documents:listDocuments", { scope: "tenant", writing: true, cursor: null }),
    ).toEqual({
      page: [],
      cursor: null,
    });
  });

  test("skips a file that is no text, with the reason, and takes the others", async () => {
    const [good] = await documents();
    const ingestId = await ann.mutation<string>("documents:begin", { files: 2 });
    const { skipped } = await put(ingestId, 0, [
      { key: "binary.md", text: "PNG\u0000\u0001" },
      { key: "good.md", text: good?.text ?? "" },
    ]);
    expect(skipped).toHaveLength(1);
    expect(skipped[0]).toMatchObject({ key: "binary.md" });
    expect(skipped[0]?.reason).not.toBe("");
    expect(await ann.query("documents:countDocuments", { scope: "tenant" })).toMatchObject({ documents: 1 });
    expect(await ann.query("documents:progress", { ingestId })).toMatchObject({ filesDone: 2, skipped: 1 });
  });

  test("takes a document of 3 MB", async () => {
    const paragraph = "Otters swim in cold rivers and rest on the bank.\n\n".repeat(20);
    const sections = Array.from({ length: 3_000 }, (_, index) => `## Part ${index}\n\n${paragraph}`);
    const text = sections.join("").slice(0, 3 * 1024 * 1024);
    const ingestId = await ann.mutation<string>("documents:begin", { files: 1 });
    const { chunks } = await put(ingestId, 0, [{ key: "long.md", text }]);
    expect(await ann.query("documents:getDocument", { scope: "tenant", key: "long.md" })).toMatchObject({
      chunks,
      bytes: text.length,
    });
  }, 120_000);
});
