import { describe, expect, test } from "vitest";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import type { Usage } from "../../src/validators/usage.js";
import { aThread, codeOf, OWNER, text, WRITER, type TestThread } from "../support/aMemory.js";

const PEOPLE = ["owner", "writer", "reader", "stranger", "otherTenant"] as const;

const used = (inputTokens: number, outputTokens = 1): Usage => ({
  provider: "test",
  model: "scripted",
  purpose: "tool",
  inputTokens,
  outputTokens,
  ms: 3,
});

async function codesOf(thread: TestThread, act: (as: BoundMemory) => Promise<unknown>): Promise<string[]> {
  const codes: string[] = [];
  for (const person of PEOPLE) codes.push(await codeOf(act(thread[person])));
  return codes;
}

/** A run of the owner in a shared thread, with one saved step. */
async function aRun() {
  const thread = await aThread();
  const { ctx, threadId, owner } = thread;
  const prompt = [text("Hello")];
  const { runId } = await owner.turns.begin(ctx, { threadId, agentName: "helper", engine: "action", prompt });
  const message = { parts: [text("Hi")] };
  await owner.turns.saveStep(ctx, { runId, step: 0, message, results: [], usage: used(10, 5), finish: true });
  return { ...thread, runId };
}

describe("promise 1: a usage event is recorded once", () => {
  test("an operation id that no index takes is refused", async () => {
    const { ctx, owner } = await aThread();
    for (const operationId of ["", "x".repeat(513)])
      expect(await codeOf(owner.usage.record(ctx, { usage: used(7), operationId }))).toBe("INVALID_ARGUMENT");
  });

  test("with the same operation id the first event is given again", async () => {
    const { ctx, threadId, owner } = await aThread();
    const record = { usage: used(7), threadId, operationId: "job 1" };
    const first = await owner.usage.record(ctx, record);
    expect(await owner.usage.record(ctx, record)).toEqual(first);
    expect(await owner.usage.summary(ctx, { threadId })).toMatchObject({
      calls: 1,
      inputTokens: 7,
      outputTokens: 1,
    });
    const other = owner.usage.record(ctx, { ...record, usage: used(8) });
    expect(await codeOf(other)).toBe("OPERATION_MISMATCH");
  });

  test("operation ids of two users do not meet", async () => {
    const { ctx, threadId, owner, writer } = await aThread();
    const record = { usage: used(7), threadId, operationId: "job 1" };
    await owner.usage.record(ctx, record);
    await writer.usage.record(ctx, { ...record, usage: used(3) });
    expect(await owner.usage.summary(ctx, { threadId })).toMatchObject({ calls: 2, inputTokens: 10 });
  });

  test("counts that are no counts are refused, and a long raw record is left out", async () => {
    const { ctx, owner } = await aThread();
    for (const bad of [NaN, -1, Infinity]) {
      expect(await codeOf(owner.usage.record(ctx, { usage: used(bad) }))).toBe("INVALID_ARGUMENT");
    }
    await owner.usage.record(ctx, { usage: { ...used(1), raw: "x".repeat(10_000) } });
    const { page } = await owner.usage.list(ctx, { cursor: null });
    expect(page).toHaveLength(1);
    expect(page[0]?.raw).toBeUndefined();
  });
});

describe("the ledger", () => {
  test("adds up to what the run says, and tells who paid for what", async () => {
    const { ctx, threadId, runId, owner } = await aRun();
    await owner.usage.record(ctx, { usage: used(2, 0), runId });
    const { page } = await owner.usage.list(ctx, { runId, cursor: null });
    expect(page).toMatchObject([
      { ...used(2, 0), threadId, runId, userId: "olga", tenantId: "acme", agentName: "helper" },
      { inputTokens: 10, outputTokens: 5, runId, step: 0 },
    ]);
    expect(await owner.usage.summary(ctx, { threadId })).toMatchObject({
      calls: 2,
      inputTokens: 12,
      outputTokens: 5,
    });
  });

  test("of a long thread is summed exactly, before anything was folded", async () => {
    const { ctx, threadId, owner, inside } = await aThread();
    await inside(async ({ db }) => {
      const thread = db.normalizeId("threads", threadId);
      for (let index = 1; index <= 450; index++) {
        const event = { ...used(index), userId: "olga", tenantId: "acme", commitTs: db.vars.commitTs };
        await db.insert("usageEvents", { ...event, ...(thread === null ? {} : { threadId: thread }) });
      }
    });
    const sum = (450 * 451) / 2;
    expect(await owner.usage.summary(ctx, { threadId })).toMatchObject({
      calls: 450,
      inputTokens: sum,
      outputTokens: 450,
    });
    const { page, cursor } = await owner.usage.list(ctx, { threadId, cursor: null, limit: 1_000 });
    expect(page).toHaveLength(200);
    expect(cursor).not.toBeNull();
  });
});

describe("promise 7: usage is open to who may read the thread, and to who paid", () => {
  test("a thread's and a run's events", async () => {
    const thread = await aRun();
    const { ctx, threadId, runId } = thread;
    const byThread = await codesOf(thread, (as) => as.usage.list(ctx, { threadId, cursor: null }));
    expect(byThread).toEqual(["ok", "ok", "ok", "THREAD_NOT_FOUND", "THREAD_NOT_FOUND"]);
    const byRun = await codesOf(thread, (as) => as.usage.list(ctx, { runId, cursor: null }));
    expect(byRun).toEqual(["ok", "ok", "ok", "RUN_NOT_FOUND", "RUN_NOT_FOUND"]);
    const totals = await codesOf(thread, (as) => as.usage.summary(ctx, { threadId }));
    expect(totals).toEqual(byThread);
  });

  test("without a thread, each lists their own; the system lists all", async () => {
    const { ctx, memory, stranger, otherTenant } = await aRun();
    await memory.as(WRITER).usage.record(ctx, { usage: used(1) });
    const count = async (as: BoundMemory) => (await as.usage.list(ctx, { cursor: null })).page.length;
    expect(await count(memory.as(OWNER))).toBe(1);
    expect(await count(memory.as(WRITER))).toBe(1);
    expect([await count(stranger), await count(otherTenant)]).toEqual([0, 0]);
    expect(await count(memory.asSystem())).toBe(2);
  });

  test("nobody records for a thread or a run that is not theirs", async () => {
    const { ctx, threadId, runId, stranger, otherTenant, writer, memory } = await aRun();
    for (const as of [stranger, otherTenant]) {
      expect(await codeOf(as.usage.record(ctx, { usage: used(1), threadId }))).toBe("THREAD_NOT_FOUND");
      expect(await codeOf(as.usage.record(ctx, { usage: used(1), runId }))).toBe("RUN_NOT_FOUND");
    }
    expect(await codeOf(writer.usage.record(ctx, { usage: used(1), runId }))).toBe("RUN_NOT_FOUND");
    const { threadId: other } = await memory.as(OWNER).threads.create(ctx, {});
    const misplaced = memory.as(OWNER).usage.record(ctx, { usage: used(1), runId, threadId: other });
    expect(await codeOf(misplaced)).toBe("RUN_NOT_FOUND");
    const bySystem = memory.asSystem();
    expect(await codeOf(bySystem.usage.record(ctx, { usage: used(1) }))).toBe("INVALID_ARGUMENT");
    await bySystem.usage.record(ctx, { usage: used(1), threadId });
    const { page } = await memory.as(OWNER).usage.list(ctx, { cursor: null });
    expect(page[0]).toMatchObject({ userId: "olga", threadId });
  });

  test("a cursor of another list is refused", async () => {
    const { ctx, threadId, owner, stranger } = await aRun();
    await owner.usage.record(ctx, { usage: used(1), threadId });
    const { cursor } = await owner.usage.list(ctx, { cursor: null, limit: 1 });
    expect(await codeOf(stranger.usage.list(ctx, { cursor }))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(owner.usage.list(ctx, { cursor, threadId }))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(owner.usage.list(ctx, { cursor }))).toBe("ok");
  });
});
