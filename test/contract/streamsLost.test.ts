// What an action leaves behind that died while it streamed, and how much of what ended one sweep takes.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RUN_LEASE_MS, STREAM_RETENTION_MS, SWEEP_MAX_ROWS } from "../../src/shared/limits.js";
import { sweepStreams } from "../../src/component/model/streamSweep.js";
import { aThread, text, type TestThread } from "../support/aMemory.js";
import { used } from "../support/turns.js";

/** How long after its lease a lost run may stand. */
const SWEEP_AFTER_MS = STREAM_RETENTION_MS + 1_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const begin = ({ owner, ctx, threadId }: TestThread, engine: "action" | "durable" = "action") =>
  owner.turns.begin(ctx, { threadId, agentName: "helper", engine, prompt: [text("Go")], stream: true });

const say = ({ owner, ctx }: TestThread, streamId = "", seq = 0) =>
  owner.streams.append(ctx, { streamId, seq, deltas: [{ kind: "text", text: "Half of" }] });

const answerOf = async ({ owner, ctx, threadId }: TestThread) =>
  (await owner.messages.list(ctx, { threadId, cursor: null })).page.find(({ role }) => role === "assistant");

const STEP_MS = 60_000;

/** Lets time pass in steps, so that what one sweep arms for later runs too. */
async function pass({ t }: TestThread, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    await vi.advanceTimersByTimeAsync(Math.min(left, STEP_MS));
    await t.finishInProgressScheduledFunctions();
  }
}

describe("a stream whose action died", () => {
  test("is shown as it was until the lease is over, then as failed with what it had said", async () => {
    const thread = await aThread({ shared: false });
    const { owner, ctx, threadId } = thread;
    const { runId, streamId } = await begin(thread);
    await say(thread, streamId);
    await pass(thread, RUN_LEASE_MS - 1_000);
    expect((await answerOf(thread))?.state.kind).toBe("streaming");
    expect((await owner.runs.get(ctx, { runId })).state.kind).toBe("running");
    await pass(thread, SWEEP_AFTER_MS);
    expect(await answerOf(thread)).toMatchObject({
      state: { kind: "failed", code: "RUN_LOST" },
      parts: [text("Half of")],
    });
    expect((await owner.runs.get(ctx, { runId })).state).toMatchObject({ kind: "failed", code: "RUN_LOST" });
    expect((await owner.threads.get(ctx, { threadId })).activeRunId).toBeUndefined();
    expect(await say(thread, streamId, 1)).toEqual({ alive: false });
  });

  test("goes with its chunks, and nothing stays scheduled", async () => {
    const thread = await aThread({ shared: false });
    await say(thread, (await begin(thread)).streamId);
    await thread.finishSweeps();
    const rows = await thread.countRows();
    for (const table of ["streams", "streamChunks", "sweeps"]) expect(rows).not.toHaveProperty(table);
  });

  test("is not taken for one whose run goes on: each step has the lease anew", async () => {
    const thread = await aThread({ shared: false });
    const { owner, ctx } = thread;
    const { runId } = await begin(thread);
    await pass(thread, RUN_LEASE_MS / 2);
    const step = { runId, results: [], usage: used, finish: false, nextStream: true };
    const saved = await owner.turns.saveStep(ctx, { ...step, step: 0, message: { parts: [text("One.")] } });
    await say(thread, saved.streamId);
    await pass(thread, RUN_LEASE_MS / 2 + 1_000);
    expect((await owner.runs.get(ctx, { runId })).state.kind).toBe("running");
    await pass(thread, RUN_LEASE_MS + SWEEP_AFTER_MS);
    expect((await owner.runs.get(ctx, { runId })).state).toMatchObject({ code: "RUN_LOST" });
  });

  test("of a durable run is left to its workflow, which starts the step again", async () => {
    const thread = await aThread({ shared: false });
    const { owner, ctx } = thread;
    const { threadId } = await owner.threads.create(ctx, {});
    const { runId } = await begin({ ...thread, threadId }, "durable");
    await begin(thread); // an action, so that a sweep comes by
    await thread.finishSweeps();
    expect((await owner.runs.get(ctx, { runId })).state.kind).toBe("running");
    expect(await thread.countRows()).toMatchObject({ streams: 1 });
    expect(await thread.countRows()).not.toHaveProperty("sweeps");
  });
});

describe("sweeping streams", () => {
  test("takes a bounded part of many at a time, and comes back until all are gone", async () => {
    const thread = await aThread({ shared: false });
    const { owner, ctx, inside } = thread;
    const { runId, streamId } = await begin(thread);
    await owner.turns.end(ctx, { runId, outcome: { kind: "completed" } });
    const chunks = Math.ceil(SWEEP_MAX_ROWS / 4);
    const ended = { kind: "finished" as const, endedAt: Date.now() };
    for (let index = 0; index < 120; index++)
      await inside(async ({ db }) => {
        const row = await db.get("streams", db.normalizeId("streams", streamId ?? "")!);
        const { _id, _creationTime, ...fields } = row!;
        const copy = await db.insert("streams", { ...fields, state: ended });
        if (index < 8)
          for (let seq = 0; seq < chunks; seq++)
            await db.insert("streamChunks", { streamId: copy, seq, deltas: "[]" });
      });
    const left = async () => (await thread.countRows()).streamChunks ?? 0;
    const all = await left();
    vi.setSystemTime(Date.now() + STREAM_RETENTION_MS + 1);
    const nextAt = await inside((inner) => sweepStreams(inner));
    expect(nextAt).toBe(Date.now());
    expect(all - (await left())).toBeGreaterThan(0);
    expect(all - (await left())).toBeLessThanOrEqual(SWEEP_MAX_ROWS);
    await thread.finishSweeps();
    const rows = await thread.countRows();
    for (const table of ["streams", "streamChunks", "sweeps"]) expect(rows).not.toHaveProperty(table);
  });
});
