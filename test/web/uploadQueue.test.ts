// Files on their way into the documents.
import { describe, expect, test } from "vitest";
import {
  chosenFiles,
  FILE_MAX_BYTES,
  readTextFile,
} from "../../example/web/src/pages/documents/readTextFile.js";
import { UploadQueue, type Ingest } from "../../example/web/src/pages/documents/uploadQueue.js";

const file = (name: string, content: BlobPart = "Words."): File => new File([content], name);
const states = (queue: UploadQueue) => queue.getSnapshot().map(({ state }) => state.kind);

/** Resolves when all that was added is over. */
const settled = (queue: UploadQueue): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (!states(queue).some((kind) => kind === "queued" || kind === "writing")) resolve();
    };
    queue.subscribe(look);
    look();
  });

describe("the queue of uploads", () => {
  test("has two files under way at most, and tells each step", async () => {
    let underWay = 0;
    let most = 0;
    const queue = new UploadQueue(async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay--;
      return { kind: "written", chunks: 2 };
    });
    queue.add(chosenFiles(["a.md", "b.md", "c.md", "d.md", "e.md"].map((name) => file(name))));
    expect(states(queue)).toEqual(["writing", "writing", "queued", "queued", "queued"]);
    await settled(queue);
    expect(states(queue)).toEqual(Array(5).fill("ready"));
    expect(most).toBe(2);
  });

  test("tries again what failed, and only that", async () => {
    const seen: string[] = [];
    const ingest: Ingest = async ({ key }) => {
      seen.push(key);
      if (key === "b.md" && seen.filter((one) => one === key).length === 1)
        throw new TypeError("Connection lost");
      return { kind: key === "a.md" ? "unchanged" : "written", chunks: 1 };
    };
    const queue = new UploadQueue(ingest);
    queue.add(chosenFiles([file("a.md"), file("b.md"), file("c.png")]));
    await settled(queue);
    expect(states(queue)).toEqual(["unchanged", "failed", "refused"]);
    queue.retry(queue.getSnapshot()[1]?.uploadId ?? 0);
    await settled(queue);
    expect(states(queue)).toEqual(["unchanged", "ready", "refused"]);
    expect(seen).toEqual(["a.md", "b.md", "b.md"]);
    queue.clear();
    expect(queue.getSnapshot()).toEqual([]);
  });
});

describe("what is taken of a file", () => {
  test("is UTF-8 in files that end as texts do", async () => {
    const read = (name: string, content?: BlobPart) => readTextFile({ key: name, file: file(name, content) });
    expect(await read("NOTES.MD", "Grüße")).toEqual({ kind: "text", text: "Grüße" });
    expect(await read("a.txt", "")).toEqual({ kind: "text", text: "" });
    for (const refused of [
      await read("a.pdf"),
      await read("md"),
      await read("a.md", new Uint8Array([0xff, 0xfe])),
      await read("a.md", "a\0b"),
      await read("a.md", new Uint8Array(FILE_MAX_BYTES + 1).fill(97)),
    ])
      expect(refused).toMatchObject({ kind: "refused", reason: expect.stringMatching(/\.$/) as string });
    expect(await read("a.md", new Uint8Array(FILE_MAX_BYTES).fill(97))).toMatchObject({ kind: "text" });
  });

  test("keeps the path from its folder on as its key", () => {
    const dropped = Object.assign(file("a.md"), { path: "./guides/a.md" });
    const chosen = file("b.md");
    Object.defineProperty(chosen, "webkitRelativePath", { value: "guides/deep/b.md" });
    expect(chosenFiles([dropped, chosen, file("c.md")]).map(({ key }) => key)).toEqual([
      "guides/a.md",
      "guides/deep/b.md",
      "c.md",
    ]);
  });
});
