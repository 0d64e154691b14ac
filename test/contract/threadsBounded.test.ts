import { getDocumentSize, type Value } from "convex/values";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import type { ActionCtx } from "../../src/client/ctx.js";
import * as messages from "../../src/component/model/messages.js";
import { sweepPage } from "../../src/component/model/retention.js";
import * as threads from "../../src/component/model/threads.js";
import type { NewMessage } from "../../src/validators/messageWrite.js";
import { aMemory, aThread, call, codeOf, OWNER, result, said, text } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";
import { upload } from "../support/upload.js";

beforeEach(() => {
  vi.useFakeTimers(); // sweeps run only where a test runs them
});
afterEach(() => {
  vi.useRealTimers();
});

/** Ten messages of a usual mix: mostly prose of 40 to 200 words, one call with a result of 2 kB. */
function mixOf(index: number): NewMessage {
  const position = index % 10;
  if (position === 7) return { role: "assistant", parts: [call(`c${index}`, '{"query":"weather"}')] };
  if (position === 8) return { role: "tool", parts: [result(`c${index - 1}`, "r".repeat(2_000))] };
  const words = "lorem ".repeat(40 + ((index * 37) % 160));
  return said(position % 2 === 0 && position < 8 ? "user" : "assistant", words);
}

async function appendMix(
  as: BoundMemory,
  ctx: ActionCtx,
  { threadId, count }: { threadId: string; count: number },
) {
  for (let from = 0; from < count; from += 200)
    await as.messages.append(ctx, {
      threadId,
      messages: Array.from({ length: Math.min(200, count - from) }, (_, index) => mixOf(from + index)),
    });
}

describe("promise 9: what a thread costs does not grow with it", () => {
  test("the first page of a long thread is two ranges and its own rows", async () => {
    const { ctx, inside, threadId, owner } = await aThread();
    await appendMix(owner, ctx, { threadId, count: 1_000 });
    const page = { caller: OWNER, threadId, cursor: null, limit: 20, order: "desc" as const };
    const cost = await costOf({ inside }, (db) => messages.list(db, page));
    expect(cost.output.page).toHaveLength(20);
    expect(cost.ranges).toBeLessThanOrEqual(3);
    expect(cost.documentsRead).toBeLessThanOrEqual(22);
    expect(cost.bytesRead).toBeLessThanOrEqual(25_000);
  });

  test("appending to a long thread reads its head and what a person said last", async () => {
    const { ctx, inside, threadId, owner } = await aThread();
    await appendMix(owner, ctx, { threadId, count: 1_000 });
    const one = { caller: OWNER, threadId, messages: [said("user", "Hi")] };
    const cost = await costOf({ inside }, (db) => messages.append(db, one));
    expect(cost.ranges).toBe(2);
    expect(cost.documentsRead).toBe(4); // the head, the entry of the last prompt, and the two rows that are patched
    expect(cost.documentsWritten).toBe(4);
  });

  test("a page of threads with their last words is two rows a thread", async () => {
    const { ctx, inside, memory } = aMemory();
    const as = memory.as(OWNER);
    for (let index = 0; index < 60; index++) {
      const { threadId } = await as.threads.create(ctx, { title: `Thread ${index}` });
      await as.messages.append(ctx, { threadId, messages: [said("user", `Prompt ${index}`)] });
    }
    const cost = await costOf({ inside }, (db) =>
      threads.list(db, { caller: OWNER, cursor: null, limit: 50 }),
    );
    expect(cost.output.page.every(({ preview }) => preview !== undefined)).toBe(true);
    expect(cost.output.page).toHaveLength(50);
    expect(cost.documentsRead).toBeLessThanOrEqual(105);
    expect(await costOf({ inside }, (db) => threads.count(db, { caller: OWNER }))).toMatchObject({
      output: 60,
      documentsRead: 1,
    });
  });

  test("opening a thread reads one row for its owner, and one more for a participant", async () => {
    const { inside, threadId } = await aThread();
    const open = (userId: string) => (db: Parameters<typeof threads.openThread>[0]) =>
      threads.openThread(db, { ...OWNER, userId }, threadId, "read");
    expect(await costOf({ inside }, open("olga"))).toMatchObject({ ranges: 1, documentsRead: 1 });
    expect(await costOf({ inside }, open("ron"))).toMatchObject({ ranges: 2, documentsRead: 2 });
  });

  test("a page of long rows stops by bytes and goes on where it stopped", async () => {
    const { ctx, inside, threadId, owner } = await aThread();
    const parts = Array.from({ length: 6 }, () => text("v".repeat(15_000)));
    for (let index = 0; index < 30; index++)
      await owner.messages.append(ctx, { threadId, messages: [{ role: "user", parts }] });
    const seen: number[] = [];
    const readPage = async (cursor: string | null): Promise<string | null> => {
      const page = { caller: OWNER, threadId, cursor, limit: 200, order: "asc" as const };
      const cost = await costOf({ inside }, (db) => messages.list(db, page));
      expect(cost.bytesRead).toBeLessThan(1_300_000);
      seen.push(...cost.output.page.map(({ turn }) => turn));
      return cost.output.cursor;
    };
    for (let cursor = await readPage(null); cursor !== null;) cursor = await readPage(cursor);
    expect(seen).toEqual(Array.from({ length: 30 }, (_, turn) => turn));
  });

  test("a row carries less than 200 bytes besides what was said", async () => {
    const { ctx, inside, threadId, owner } = await aThread();
    const words = "lorem ".repeat(50);
    await owner.messages.append(ctx, { threadId, messages: [said("user", words), said("assistant", words)] });
    const rows = await inside((db) => db.db.query("messages").collect());
    for (const row of rows)
      expect(getDocumentSize(row as unknown as Record<string, Value>) - words.length).toBeLessThan(200);
  });
});

describe("promise 9: a long thread is removed in bounded pages", () => {
  type Removal = { pages: number; documentsRead: number; rows: number; mostBytes: number };

  /** Runs a thread's sweep page by page until its row is gone. */
  async function sweepAll(thread: Awaited<ReturnType<typeof aThread>>): Promise<Removal> {
    const removal = { pages: 0, documentsRead: 0, rows: 0, mostBytes: 0 };
    const isArmed = () => thread.inside(async (db) => (await db.db.query("sweeps").first()) !== null);
    const sumOf = async () => Object.values(await thread.countRows()).reduce((sum, rows) => sum + rows, 0);
    const before = await sumOf();
    while (await isArmed()) {
      const cost = await costOf(thread, (db) => sweepPage(db, { kind: "thread", target: thread.threadId }));
      removal.pages += 1;
      removal.documentsRead += cost.documentsRead;
      removal.mostBytes = Math.max(removal.mostBytes, cost.bytesRead);
    }
    removal.rows = before - (await sumOf());
    return removal;
  }

  test("rows that large appends listed are deleted at about one read each", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, threadId, owner } = thread;
    await appendMix(owner, ctx, { threadId, count: 2_000 });
    await owner.threads.remove(ctx, { threadId });
    const removal = await sweepAll(thread);
    expect(removal.documentsRead / removal.rows).toBeLessThanOrEqual(1.1);
    expect(removal.pages).toBeLessThanOrEqual(12); // 60 for 10,000 messages
    expect(await thread.countRows()).toEqual({ scopeCounts: 1 });
  });

  test("megabytes of payloads never come near the limit of a transaction", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, threadId, owner } = thread;
    for (let index = 0; index < 4; index++)
      await owner.messages.append(ctx, { threadId, messages: [said("user", "p".repeat(6_000_000))] });
    await owner.messages.append(ctx, {
      threadId,
      messages: Array.from({ length: 8 }, () => said("user", "q".repeat(1_000_000))),
    });
    await owner.threads.remove(ctx, { threadId });
    const removal = await sweepAll(thread);
    expect(removal.mostBytes).toBeLessThan(10_000_000);
    expect(await thread.countRows()).toEqual({ scopeCounts: 1 });
  });
});

describe("promise 9: however much a message or a group holds", () => {
  test("an append of very many long parts is refused, and one of half of them is listed and removed", async () => {
    const { ctx, threadId, owner, ...thread } = await aThread({ shared: false });
    const parts = Array.from({ length: 512 }, () => text("p".repeat(260)));
    const append = (count: number) => {
      const messages = Array.from({ length: count }, (): NewMessage => ({ role: "assistant", parts }));
      return codeOf(owner.messages.append(ctx, { threadId, messages }));
    };
    expect(await append(40)).toBe("MESSAGE_TOO_LARGE");
    expect(await append(7)).toBe("ok");
    expect((await thread.countRows()).payloads).toBe(7 * 512);
    await owner.threads.remove(ctx, { threadId });
    await thread.finishSweeps();
    expect(await thread.countRows()).toEqual({ scopeCounts: 1 });
  }, 120_000); // thousands of rows, twice: half a minute on a busy machine

  test("a tool group of the longest rows is removed behind others as long", async () => {
    const { ctx, threadId, owner } = await aThread({ shared: false });
    const ids = Array.from({ length: 64 }, (_, index) => `c${index}`);
    const long = (callId: string): NewMessage => {
      const more = Array.from({ length: 5 }, () => result("other", "r".repeat(15_000)));
      return { role: "tool", parts: [result(callId, "r".repeat(15_000)), ...more] };
    };
    const asks: NewMessage = { role: "assistant", parts: [text("All"), ...ids.map((id) => call(id))] };
    await owner.messages.append(ctx, {
      threadId,
      messages: [said("user", "Go"), ...ids.map(long), long("x")],
    });
    const { places } = await owner.messages.append(ctx, { threadId, messages: [asks, ...ids.map(long)] });
    expect(await owner.messages.remove(ctx, { messageId: places.at(-1)?.messageId ?? "" })).toEqual({
      removed: 65,
    });
  });
});

describe("promise 10: sweeps come to their end", () => {
  test("however many files the messages of a removed thread hold", async () => {
    const { ctx, threadId, owner, ...thread } = await aThread({ shared: false });
    const { fileId } = await owner.files.register(ctx, { storageId: await upload(thread, "an icon") });
    const icon = { type: "file" as const, mediaType: "image/png", file: { kind: "stored" as const, fileId } };
    const icons = { role: "user" as const, parts: Array.from({ length: 512 }, () => icon) };
    const append = (...messages: NewMessage[]) => owner.messages.append(ctx, { threadId, messages });
    for (let count = 0; count < 34; count++) await append(icons);
    expect(await codeOf(append(icons, icons))).toBe("INVALID_ARGUMENT");
    await owner.threads.remove(ctx, { threadId });
    await thread.finishSweeps();
    expect(await thread.countRows()).toEqual({ scopeCounts: 1 });
  });

  test("however long the results are that operations remember", async () => {
    const { inside, finishSweeps, countRows, ctx, owner, threadId } = await aThread({ shared: false });
    const result = JSON.stringify("r".repeat(20_000));
    for (let page = 0; page < 10; page++)
      await inside(async ({ db }) => {
        for (let row = 0; row < 100; row++)
          await db.insert("operations", {
            ...{ scope: "thread:gone", operationId: `${page}/${row}`, payloadHash: "hash", result },
            expiresAt: Date.now(),
          });
      });
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Hi")], operationId: "arms" });
    await finishSweeps();
    expect(await countRows()).not.toHaveProperty("operations");
    expect(await countRows()).not.toHaveProperty("sweeps");
  });
});
