import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FILE_MAX_BYTES, readFolder, tellSkipped } from "../../../example/demo/folder.js";
import { batchesOf } from "../../../example/demo/ingest.js";

const options = { endings: [".md", ".mdx"], tellOthers: true };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "demo-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);

describe("reading a folder", () => {
  test("gives every Markdown file below it, by path, in order", async () => {
    mkdirSync(join(folder, "deep/er"), { recursive: true });
    write("z.md", "# Z");
    write("deep/er/a.MDX", "\ufeff# Ä");
    const { files, skipped } = await readFolder(folder, options);
    expect(files).toEqual([
      { key: "deep/er/a.MDX", text: "# Ä", bytes: 7 },
      { key: "z.md", text: "# Z", bytes: 3 },
    ]);
    expect(skipped).toEqual([]);
  });

  test("skips what is no text, and counts it by reason", async () => {
    write("good.md", "# Good");
    write("binary.md", Uint8Array.of(0x89, 0x50, 0x00, 0x01));
    write("latin1.md", Uint8Array.of(0x63, 0x61, 0x66, 0xe9));
    write("blank.md", " \n\t\n");
    write("empty.md", "");
    write("huge.md", "x".repeat(FILE_MAX_BYTES + 1));
    write("photo.png", "png");
    const { files, skipped } = await readFolder(folder, options);
    expect(files.map(({ key }) => key)).toEqual(["good.md"]);
    expect(skipped).toEqual([
      { key: "binary.md", reason: "binary" },
      { key: "blank.md", reason: "empty" },
      { key: "empty.md", reason: "empty" },
      { key: "huge.md", reason: "larger than 8 MiB" },
      { key: "latin1.md", reason: "not valid UTF-8" },
      { key: "photo.png", reason: "not a document (.md, .mdx)" },
    ]);
    expect(tellSkipped(skipped)).toContain("2 empty");
  });

  test("does not follow links out of it", async () => {
    write("good.md", "# Good");
    symlinkSync("/", join(folder, "root"));
    expect((await readFolder(folder, options)).files).toHaveLength(1);
  });

  test.for([
    ["is missing", (path: string) => join(path, "missing"), /missing cannot be read: it does not exist/],
    ["is empty", (path: string) => path, /There is no document/],
    ["is a file", (path: string) => join(path, "file.txt"), /file\.txt is not a folder/],
  ] as const)("fails in one line when it %s", async ([, pathOf, message]) => {
    if (pathOf(folder) !== folder) write("file.txt", "text");
    await expect(readFolder(pathOf(folder), options)).rejects.toThrow(message);
  });
});

describe("batches of files", () => {
  const file = (key: string, bytes: number) => ({ key, text: "", bytes });

  test("hold every file once, in order, and little enough for one call", () => {
    const sizes = [1_000, 150_000, 60_000, 500_000, 10, ...Array.from({ length: 100 }, () => 100)];
    const files = sizes.map((bytes, index) => file(`${index}.md`, bytes));
    const batches = batchesOf(files);
    expect(batches.flat()).toEqual(files);
    for (const batch of batches) {
      const bytes = batch.reduce((sum, each) => sum + each.bytes, 0);
      expect(batch.length === 1 || bytes <= 192 * 1024).toBe(true);
      expect(batch.length).toBeLessThanOrEqual(32);
    }
  });

  test("are none for no files", () => expect(batchesOf([])).toEqual([]));
});
