import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Part } from "../../src/validators/content.js";
import { aThread, call, result, said, text, type TestThread } from "../support/aMemory.js";
import { asks, rule } from "../support/budgets.js";
import { used } from "../support/turns.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A file of the owner, as an upload leaves it. */
async function aFile({ ctx, inside, owner }: TestThread): Promise<string> {
  const storageId = await inside((db) => db.storage.store(new Blob(["picture"])));
  const { fileId } = await owner.files.register(ctx, { storageId, mediaType: "image/png" });
  return fileId;
}

const filePart = (fileId: string): Part => ({
  type: "file",
  mediaType: "image/png",
  file: { kind: "stored", fileId },
});

describe("removing a thread", () => {
  test("leaves no row of it in any table but the ledger", async () => {
    const thread = await aThread();
    const { ctx, threadId, owner } = thread;
    await owner.messages.append(ctx, {
      threadId,
      messages: Array.from({ length: 20 }, (_, index) => said("user", `secret ${index}`)),
      operationId: "op-1",
    });
    await owner.messages.append(ctx, { threadId, messages: [said("user", "secret".repeat(20_000))] });
    const run = {
      threadId,
      agentName: "helper",
      engine: "durable" as const,
      prompt: [text("secret")],
      stream: true,
      budgets: asks({ rules: [rule({ per: "thread", limit: 10_000 })] }),
    };
    const { runId, streamId } = await owner.turns.begin(ctx, run);
    await owner.streams.append(ctx, {
      streamId: streamId ?? "",
      seq: 0,
      deltas: [{ kind: "text", text: "secret" }],
    });
    await owner.turns.saveStep(ctx, {
      runId,
      step: 0,
      message: { parts: [call("a")] },
      results: [],
      usage: used,
      finish: false,
      context: {
        trace: JSON.stringify({ a: "agent", h: "hash", p: "0:0", t: [0, 0, 0, 0, 0, 1, 0] }),
        estimate: 1,
        texts: [
          { hash: "short", text: "secret", sourceIds: ["x", "y"] },
          { hash: "long", text: "secret ".repeat(1_000), sourceIds: ["z"], sourceThreadId: threadId },
        ],
      },
    });
    expect(await thread.countRows()).toMatchObject({
      ...{ contextTraces: 1, contextParts: 3, contextTexts: 1, budgets: 1, slabs: 1 },
    });
    await owner.turns.saveResult(ctx, {
      runId,
      callId: "a",
      part: result("a", "secret"),
      failed: false,
      ms: 1,
    });
    const place = { turn: 0, step: 0 };
    const summary = { from: place, to: place, text: "secret" };
    await owner.summaries.commit(ctx, { threadId, expected: { edits: 0 }, summary });
    expect(await thread.countRows()).toMatchObject({ summaries: 1 });
    await owner.threads.remove(ctx, { threadId });
    await thread.finishSweeps();
    expect(await thread.countRows()).toEqual({ scopeCounts: 1, usageEvents: 1 });
  });

  test("leaves other threads as they are", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, threadId, owner } = thread;
    const other = await owner.threads.create(ctx, { title: "Bergen", parentThreadId: threadId });
    await owner.messages.append(ctx, { ...other, messages: [said("user", "stays")] });
    await owner.threads.remove(ctx, { threadId });
    await thread.finishSweeps();
    expect((await owner.messages.list(ctx, { ...other, cursor: null })).page).toHaveLength(1);
    expect(await owner.threads.count(ctx)).toBe(1);
  });

  test("takes messages that were edited or removed since they were listed", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, threadId, owner } = thread;
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: Array.from({ length: 10 }, (_, index) => said("user", `secret ${index}`)),
    });
    const [first, second] = places.map(({ messageId }) => messageId);
    await owner.messages.update(ctx, { messageId: first ?? "", parts: [text("secret".repeat(100_000))] });
    await owner.messages.remove(ctx, { messageId: second ?? "" });
    await owner.threads.remove(ctx, { threadId });
    await thread.finishSweeps();
    expect(await thread.countRows()).toEqual({ scopeCounts: 1 });
  });

  test("releases the files of its messages, also those that an edit added", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, threadId, owner } = thread;
    const fileId = await aFile(thread);
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: Array.from({ length: 9 }, () => ({ role: "user" as const, parts: [filePart(fileId)] })),
    });
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 9 });
    await owner.messages.remove(ctx, { messageId: places[0]?.messageId ?? "" });
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 8 });
    await owner.messages.update(ctx, { messageId: places[1]?.messageId ?? "", parts: [text("no file")] });
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 7 });
    await owner.messages.append(ctx, {
      threadId,
      messages: Array.from({ length: 8 }, () => said("user", "plain")),
    });
    const { page } = await owner.messages.list(ctx, { threadId, cursor: null, limit: 1 });
    await owner.messages.update(ctx, { messageId: page[0]?.messageId ?? "", parts: [filePart(fileId)] });
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 8 });
    await owner.threads.remove(ctx, { threadId });
    vi.advanceTimersByTime(1_000);
    await thread.t.finishInProgressScheduledFunctions();
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 0 });
  });

  test("takes what makes its messages findable, with vectors and without", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, threadId, owner } = thread;
    await owner.messages.append(ctx, {
      threadId,
      messages: Array.from({ length: 12 }, (_, index) => said("user", `secret ${index}`)),
    });
    const pending = await owner.embeddings.listPending(ctx, { threadId, limit: 6 });
    const vectors = pending.map(({ entryId }, index) => ({ entryId, vector: [1, index] }));
    await owner.embeddings.store(ctx, { embedder: "test", vectors });
    expect(await thread.countRows()).toMatchObject({ recallEntries: 12, vectors_256: 6 });
    await owner.threads.remove(ctx, { threadId });
    await thread.finishSweeps();
    expect(await thread.countRows()).toEqual({ scopeCounts: 1 });
  });

  test("a run that was under way writes nothing behind it", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, threadId, owner } = thread;
    const { runId } = await owner.turns.begin(ctx, {
      threadId,
      agentName: "helper",
      engine: "action",
      prompt: [text("Go")],
    });
    await owner.threads.remove(ctx, { threadId });
    await thread.finishSweeps();
    const step = {
      runId,
      step: 0,
      message: { parts: [text("late")] },
      results: [],
      usage: used,
      finish: true,
    };
    await expect(owner.turns.saveStep(ctx, step)).rejects.toMatchObject({ data: { code: "RUN_NOT_FOUND" } });
    expect(await thread.countRows()).toEqual({ scopeCounts: 1 });
  });

  test("removing a message removes its payloads", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, threadId, owner } = thread;
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: [said("user", "x".repeat(3_000_000))],
    });
    await owner.messages.remove(ctx, { messageId: places[0]?.messageId ?? "" });
    await thread.finishSweeps();
    expect(await thread.countRows()).toEqual({ threads: 1, threadHeads: 1, scopeCounts: 1 });
  });
});

describe("promise 10: idle costs nothing", () => {
  test("nothing is scheduled for plain threads and messages", async () => {
    const thread = await aThread();
    const { ctx, threadId, owner } = thread;
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Hi")] });
    expect(vi.getTimerCount()).toBe(0);
    expect(await thread.countRows()).not.toHaveProperty("sweeps");
  });

  test("however many operations are remembered, one sweep is armed, and it ends when all are gone", async () => {
    const thread = await aThread();
    const { ctx, threadId, owner } = thread;
    for (let index = 0; index < 30; index++)
      await owner.messages.append(ctx, {
        threadId,
        messages: [said("user", "Hi")],
        operationId: `op-${index}`,
      });
    expect(vi.getTimerCount()).toBe(1);
    expect(await thread.countRows()).toMatchObject({ operations: 30, sweeps: 1 });
    await thread.finishSweeps();
    expect(await thread.countRows()).not.toHaveProperty("operations");
    expect(await thread.countRows()).not.toHaveProperty("sweeps");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a sweep that finds work to come waits for it instead of asking again and again", async () => {
    const thread = await aThread();
    const { ctx, threadId, owner } = thread;
    const append = (operationId: string) =>
      owner.messages.append(ctx, { threadId, messages: [said("user", "Hi")], operationId });
    await append("early");
    vi.advanceTimersByTime(60_000);
    await append("later");
    const runs = async () => {
      const jobs = await thread.inside((db) => db.db.system.query("_scheduled_functions").collect());
      return jobs.length;
    };
    await thread.finishSweeps();
    expect(await runs()).toBe(2);
    expect(await thread.countRows()).not.toHaveProperty("operations");
  });

  test("a writer purges a few expired operations on its way", async () => {
    const thread = await aThread();
    const { ctx, threadId, owner } = thread;
    for (let index = 0; index < 12; index++)
      await owner.messages.append(ctx, {
        threadId,
        messages: [said("user", "Hi")],
        operationId: `op-${index}`,
      });
    vi.setSystemTime(Date.now() + 24 * 3_600_000);
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Hi")], operationId: "new" });
    expect(await thread.countRows()).toMatchObject({ operations: 12 - 8 + 1 });
  });

  test("a sweep that was lost is armed again by the next writer", async () => {
    const thread = await aThread();
    const { ctx, threadId, owner } = thread;
    await thread.inside((db) =>
      db.db.insert("sweeps", { kind: "operations", dueAt: Date.now() - 3 * 3_600_000 }),
    );
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Hi")], operationId: "op" });
    await thread.finishSweeps();
    expect(await thread.countRows()).not.toHaveProperty("operations");
  });

  test("ended streams go a while after they ended, and nothing stays scheduled", async () => {
    const thread = await aThread({ shared: false });
    const { ctx, threadId, owner } = thread;
    const run = {
      threadId,
      agentName: "helper",
      engine: "action" as const,
      prompt: [text("Go")],
      stream: true,
    };
    const { runId, streamId } = await owner.turns.begin(ctx, run);
    for (let seq = 0; seq < 20; seq++)
      await owner.streams.append(ctx, {
        streamId: streamId ?? "",
        seq,
        deltas: [{ kind: "text", text: "word " }],
      });
    await owner.turns.saveStep(ctx, {
      runId,
      step: 0,
      message: { parts: [text("word")] },
      results: [],
      usage: used,
      finish: true,
    });
    expect(await thread.countRows()).toMatchObject({ streams: 1, streamChunks: 20, sweeps: 2 });
    await thread.finishSweeps();
    const rows = await thread.countRows();
    for (const table of ["streams", "streamChunks", "sweeps"]) expect(rows).not.toHaveProperty(table);
    expect((await owner.messages.list(ctx, { threadId, cursor: null })).page[0]?.parts).toEqual([
      text("word"),
    ]);
  });
});
