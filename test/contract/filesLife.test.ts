import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sweepFiles } from "../../src/component/model/files.js";
import { FILE_GRACE_MS } from "../../src/shared/limits.js";
import { aMemory, aThread, codeOf, OWNER } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";
import { countStored, upload } from "../support/upload.js";

const HOUR_MS = 60 * 60 * 1000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A private thread whose owner has registered a file. */
async function aFile() {
  const thread = await aThread({ shared: false });
  const { ctx, owner } = thread;
  await owner.files.createUploadUrl(ctx);
  const storageId = await upload(thread, "the bytes of a picture");
  const { fileId } = await owner.files.register(ctx, { storageId, name: "a.png", mediaType: "image/png" });
  const attach = async () => {
    const part = { type: "file" as const, mediaType: "image/png", file: { kind: "stored" as const, fileId } };
    const { places } = await owner.messages.append(ctx, {
      threadId: thread.threadId,
      messages: [{ role: "user", parts: [part] }],
    });
    return places[0]?.messageId ?? "";
  };
  return { ...thread, storageId, fileId, attach };
}

/** Lets time pass, with what is scheduled meanwhile. */
async function pass(test: { t: { finishInProgressScheduledFunctions: () => Promise<void> } }, ms: number) {
  for (let passed = 0; passed < ms; passed += HOUR_MS) {
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    await test.t.finishInProgressScheduledFunctions();
  }
}

describe("files", () => {
  test("are described with an address, and listed newest first", async () => {
    const { ctx, owner, fileId, ...test } = await aFile();
    const file = await owner.files.get(ctx, { fileId });
    expect(file).toMatchObject({ fileId, name: "a.png", mediaType: "image/png", bytes: 22, uses: 0 });
    expect(file.url).toMatch(/^https:/);
    const second = await owner.files.register(ctx, { storageId: await upload(test, "other bytes") });
    const { page } = await owner.files.list(ctx, { cursor: null });
    expect(page.map((listed) => listed.fileId)).toEqual([second.fileId, fileId]);
    expect(page[0]?.mediaType).toBe("application/octet-stream");
  });

  test("are stored once per content: the same bytes give the same file, however often they are registered", async () => {
    const { ctx, owner, fileId, storageId, ...test } = await aFile();
    const again = await upload(test, "the bytes of a picture");
    const expected = { fileId, deduplicated: true };
    expect(await owner.files.register(ctx, { storageId: again })).toEqual(expected);
    expect(await owner.files.register(ctx, { storageId: again })).toEqual(expected);
    expect(await owner.files.register(ctx, { storageId })).toEqual({ fileId, deduplicated: false });
    expect((await owner.files.list(ctx, { cursor: null })).page).toHaveLength(1);
  });

  test("that a message holds cannot be removed, and stay after the grace period", async () => {
    const { ctx, owner, fileId, attach, ...test } = await aFile();
    await attach();
    expect(await codeOf(owner.files.remove(ctx, { fileId }))).toBe("FILE_IN_USE");
    await pass(test, 3 * FILE_GRACE_MS);
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 1 });
    expect(await test.countRows()).not.toHaveProperty("sweeps");
  });

  test("whose last message is removed go after the grace period, and not before", async () => {
    const { ctx, owner, fileId, attach, ...test } = await aFile();
    const [first, second] = [await attach(), await attach()];
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 2 });
    await owner.messages.remove(ctx, { messageId: first });
    await pass(test, 2 * FILE_GRACE_MS);
    await owner.messages.remove(ctx, { messageId: second });
    await pass(test, FILE_GRACE_MS - 2 * HOUR_MS);
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 0 });
    await pass(test, 4 * HOUR_MS);
    expect(await codeOf(owner.files.get(ctx, { fileId }))).toBe("FILE_NOT_FOUND");
    expect(await countStored(test)).toBe(0);
    expect(await test.countRows()).not.toHaveProperty("sweeps");
  });

  test("that are attached again within the grace period stay", async () => {
    const { ctx, owner, fileId, attach, ...test } = await aFile();
    const messageId = await attach();
    await owner.messages.remove(ctx, { messageId });
    await pass(test, FILE_GRACE_MS - 2 * HOUR_MS);
    await attach();
    await pass(test, 2 * FILE_GRACE_MS);
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 1 });
  });

  test("of a removed thread are released", async () => {
    const { ctx, owner, threadId, fileId, attach, ...test } = await aFile();
    await attach();
    await owner.threads.remove(ctx, { threadId });
    await pass(test, HOUR_MS);
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 0 });
    await pass(test, 2 * FILE_GRACE_MS);
    expect(await countStored(test)).toBe(0);
    expect(await test.countRows()).toEqual({ scopeCounts: 1 });
  });

  test("that no message holds are removed on demand", async () => {
    const { ctx, owner, fileId, ...test } = await aFile();
    await owner.files.remove(ctx, { fileId });
    expect(await codeOf(owner.files.get(ctx, { fileId }))).toBe("FILE_NOT_FOUND");
    expect(await countStored(test)).toBe(0);
  });
});

describe("promise 10: orphans are swept, and an idle component does nothing", () => {
  test("uploads that were never registered go, and second uploads of known bytes; then nothing is armed", async () => {
    const { ctx, owner, fileId, attach, ...test } = await aFile();
    await attach();
    await owner.files.createUploadUrl(ctx);
    await upload(test, "never registered");
    await owner.files.register(ctx, { storageId: await upload(test, "the bytes of a picture") });
    expect(await countStored(test)).toBe(3);
    await pass(test, FILE_GRACE_MS - 2 * HOUR_MS);
    expect(await countStored(test)).toBe(3);
    await pass(test, FILE_GRACE_MS);
    expect(await countStored(test)).toBe(1);
    expect(await test.countRows()).not.toHaveProperty("sweeps");
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 1 });
  });

  test("an upload that arrives when the sweep was armed for another is swept too", async () => {
    const test = aMemory();
    const { files } = test.memory.as(OWNER);
    await files.createUploadUrl(test.ctx);
    await pass(test, FILE_GRACE_MS - 2 * HOUR_MS);
    await files.createUploadUrl(test.ctx);
    await upload(test, "late and never registered");
    await pass(test, 2 * FILE_GRACE_MS);
    expect(await countStored(test)).toBe(0);
    expect(await test.countRows()).toEqual({});
  });

  test("a page of the sweep is bounded, and looks at no upload twice", async () => {
    const test = aMemory();
    const { files } = test.memory.as(OWNER);
    await files.createUploadUrl(test.ctx);
    for (let index = 0; index < 30; index++) await upload(test, `upload ${index}`);
    vi.setSystemTime(Date.now() + 2 * FILE_GRACE_MS);
    const page = await costOf(test, (ctx) => sweepFiles(ctx, 10));
    expect(page.output).toMatchObject({ removed: 10, nextAt: Date.now() });
    expect(page.ranges).toBeLessThan(60);
    await costOf(test, (ctx) => sweepFiles(ctx, 10));
    const last = await costOf(test, (ctx) => sweepFiles(ctx, 10));
    expect(last.output).toEqual({ removed: 10, nextAt: null });
    expect(await countStored(test)).toBe(0);
  });
});
