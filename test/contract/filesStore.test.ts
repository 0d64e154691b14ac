import type { UIMessage } from "ai";
import { describe, expect, test } from "vitest";
import { storingFiles } from "../../src/ai/index.js";
import { fromUIMessages } from "../../src/parts/index.js";
import { codeOf, aThread } from "../support/aMemory.js";
import { countStored } from "../support/upload.js";

const bytesOf = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer;

describe("bytes that an action stores", () => {
  test("are a file of the caller alone, once for the same bytes, and leave no second copy", async () => {
    const thread = await aThread();
    const { ctx, owner, stranger } = thread;
    const file = { bytes: bytesOf("cat"), mediaType: "image/png", name: "cat.png" };
    const first = await owner.files.store(ctx, file);
    expect(first.deduplicated).toBe(false);
    expect(await owner.files.store(ctx, file)).toEqual({ fileId: first.fileId, deduplicated: true });
    expect(await countStored(thread)).toBe(1);
    expect(await owner.files.get(ctx, { fileId: first.fileId })).toMatchObject({
      bytes: 3,
      mediaType: "image/png",
      name: "cat.png",
    });
    expect(await codeOf(stranger.files.get(ctx, { fileId: first.fileId }))).toBe("FILE_NOT_FOUND");
    expect((await stranger.files.store(ctx, file)).fileId).not.toBe(first.fileId);
  });

  test("and that are too many, or have a wrong name, leave nothing behind", async () => {
    const thread = await aThread();
    const { ctx, owner } = thread;
    const large = { bytes: new ArrayBuffer(12 * 1024 * 1024 + 1), mediaType: "video/mp4" };
    expect(await codeOf(owner.files.store(ctx, large))).toBe("INVALID_ARGUMENT");
    const misnamed = { bytes: bytesOf("cat"), mediaType: "a".repeat(600) };
    expect(await codeOf(owner.files.store(ctx, misnamed))).toBe("INVALID_ARGUMENT");
    expect(await countStored(thread)).toBe(0);
  });

  test("of a history that is imported are held by its messages", async () => {
    const { ctx, owner, threadId } = await aThread();
    const url = "data:image/png;base64,AQID";
    const parts: UIMessage["parts"] = [
      { type: "file", mediaType: "image/png", url },
      { type: "file", mediaType: "image/png", url },
    ];
    const { value, warnings } = await storingFiles(ctx, owner, (options) =>
      fromUIMessages([{ id: "m", role: "user", parts }], options),
    );
    expect(warnings).toEqual([]);
    await owner.messages.append(ctx, { threadId, messages: value });
    const { page } = await owner.files.list(ctx, { cursor: null });
    expect(page).toMatchObject([{ bytes: 3, uses: 2 }]);
  });
});
