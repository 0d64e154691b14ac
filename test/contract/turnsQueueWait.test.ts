// Who waits for whom: other users of the thread, and actions that may die.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RUN_LEASE_MS } from "../../src/shared/limits.js";
import { QUEUE_LEASE_MS } from "../../src/shared/runLimits.js";
import { codeOf } from "../support/aMemory.js";
import { aQueueScene as aScene, type Asking } from "../support/queueScene.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("two users in one thread", () => {
  test("wait for each other; either may interrupt and cancel what waits", async () => {
    const { ask, answer, stateOf, writer, ctx, owner, threadId } = await aScene();
    const one = await ask("one");
    const two = await ask("two", { as: writer });
    const three = await ask("three");
    await owner.runs.cancel(ctx, { runId: two.runId });
    expect(await stateOf(two.runId)).toMatchObject({ kind: "canceled" });
    await writer.runs.cancel(ctx, { runId: three.runId });
    await ask("four", { as: writer, whileRunning: "interrupt" });
    expect(await stateOf(one.runId)).toMatchObject({ kind: "canceled" });
    const five = await ask("five", { as: writer });
    await owner.threads.removeParticipant(ctx, { threadId, userId: "wendy" });
    const active = await owner.runs.latest(ctx, { threadId });
    await owner.runs.cancel(ctx, { runId: active?.runId ?? "" });
    expect(await stateOf(five.runId)).toEqual({ kind: "running" });
    expect(await codeOf(answer(five.runId, "Five.", writer))).toBe("FORBIDDEN");
  });

  test("readers neither queue nor interrupt nor wait; strangers see no thread", async () => {
    const { ask, reader, stranger, otherTenant, head, ctx } = await aScene();
    const { runId } = await ask("one");
    const two = await ask("two");
    for (const whileRunning of ["queue", "interrupt", "steer"] as const) {
      expect(await codeOf(ask("x", { as: reader, whileRunning }))).toBe("FORBIDDEN");
      expect(await codeOf(ask("x", { as: stranger, whileRunning }))).toBe("THREAD_NOT_FOUND");
      expect(await codeOf(ask("x", { as: otherTenant, whileRunning }))).toBe("THREAD_NOT_FOUND");
    }
    for (const as of [reader, stranger, otherTenant])
      expect(await codeOf(as.turns.wait(ctx, { runId: two.runId }))).toBe("RUN_NOT_FOUND");
    expect(await codeOf(reader.runs.cancel(ctx, { runId: two.runId }))).toBe("FORBIDDEN");
    expect(await head()).toEqual({ active: runId, queued: 1 });
  });
});

describe("an action that waits for its turn", () => {
  const inAction: Asking = { engine: "action" };

  test("is passed over when it fell silent", async () => {
    const { ask, answer, stateOf, head } = await aScene();
    const [one, two, three] = [await ask("one"), await ask("two", inAction), await ask("three")];
    vi.advanceTimersByTime(QUEUE_LEASE_MS + 1);
    await answer(one.runId, "One.");
    expect(await stateOf(two.runId)).toMatchObject({ kind: "failed", code: "RUN_LOST" });
    expect(await head()).toEqual({ active: three.runId, queued: undefined });
  });

  test("keeps its place while it says that it is there", async () => {
    const { ask, answer, stateOf, seenBy, ctx, owner } = await aScene();
    const [one, two] = [await ask("one"), await ask("two", inAction)];
    for (let beat = 0; beat < 5; beat++) {
      vi.advanceTimersByTime(QUEUE_LEASE_MS / 2);
      expect(await owner.turns.wait(ctx, { runId: two.runId })).toEqual({ state: { kind: "queued" } });
    }
    await answer(one.runId, "One.");
    expect(await owner.turns.wait(ctx, { runId: two.runId })).toEqual({ state: { kind: "running" } });
    expect(await seenBy(two.runId)).toEqual(["one", "One.", "two"]);
    vi.advanceTimersByTime(QUEUE_LEASE_MS * 2);
    expect(await codeOf(ask("three", { whileRunning: "reject" }))).toBe("RUN_ACTIVE");
    expect(await stateOf(two.runId)).toEqual({ kind: "running" });
  });

  test("and dies when its turn has come makes room after the short lease, without a new prompt", async () => {
    const { ask, answer, stateOf, finishSweeps } = await aScene();
    const [one, two, three] = [await ask("one"), await ask("two", inAction), await ask("three")];
    await answer(one.runId, "One.");
    expect(await stateOf(two.runId)).toEqual({ kind: "running" });
    const before = Date.now();
    await finishSweeps();
    expect(await stateOf(two.runId)).toMatchObject({ kind: "failed", code: "RUN_LOST" });
    expect(await stateOf(three.runId)).toEqual({ kind: "running" });
    expect(Date.now() - before).toBeLessThan(RUN_LEASE_MS);
  });

  test("does not wait for ever behind an action that died", async () => {
    const { ask, stateOf, finishSweeps } = await aScene();
    const [one, two] = [await ask("one", inAction), await ask("two")];
    await finishSweeps();
    expect(await stateOf(one.runId)).toMatchObject({ kind: "failed", code: "RUN_LOST" });
    expect(await stateOf(two.runId)).toEqual({ kind: "running" });
  });

  test("that died is found by the next prompt too, which waits behind the next in line", async () => {
    const { ask, stateOf, head } = await aScene();
    const [one, two] = [await ask("one", inAction), await ask("two")];
    vi.setSystemTime(Date.now() + RUN_LEASE_MS + 2); // the sweep is late
    const three = await ask("three");
    expect(await stateOf(one.runId)).toMatchObject({ kind: "failed", code: "RUN_LOST" });
    expect(await head()).toEqual({ active: two.runId, queued: 1 });
    expect(three).toMatchObject({ state: { kind: "queued" }, behind: two.runId });
  });
});
