// `generate` and `stream` in a busy thread: the action waits for its turn.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defineAgent } from "../../src/ai/index.js";
import { waitForTurn } from "../../src/ai/turnWaiting.js";
import { QUEUE_BEAT_MS, QUEUE_LEASE_MS, QUEUE_WAIT_MAX_MS } from "../../src/shared/runLimits.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { codeOf, OWNER, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";
import { anAgent, messagesOf, transcript, type TestAgent } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A run that somebody else drives, in the agent's thread. */
async function aBusyThread(helper: TestAgent) {
  const { owner, ctx, threadId } = helper;
  const turn = { threadId, agentName: "other", engine: "durable" as const, prompt: [text("first?")] };
  const { runId } = await owner.turns.begin(ctx, turn);
  helper.calls.length = 0;
  return {
    runId,
    answer: () =>
      owner.turns.saveStep(ctx, {
        runId,
        step: 0,
        message: { parts: [text("First.")] },
        results: [],
        usage: used,
        finish: true,
      }),
  };
}

/** Lets time pass until the promise is settled. */
async function inTime<T>(promise: Promise<T>, stepMs = 500): Promise<T> {
  let isSettled = false;
  const settled = promise.finally(() => {
    isSettled = true;
  });
  settled.catch(() => null);
  while (!isSettled) await vi.advanceTimersByTimeAsync(stepMs);
  return await settled;
}

/** Until so many wait: hashes are made in real time. */
async function untilWaiting(helper: TestAgent, count = 1): Promise<string> {
  const { owner, ctx, threadId } = helper;
  for (;;) {
    const { page } = await owner.runs.list(ctx, { threadId, cursor: null });
    const waiting = page.filter(({ state }) => state.kind === "queued");
    if (waiting.length >= count) return waiting[0]?.runId ?? "";
    await vi.advanceTimersByTimeAsync(50);
  }
}

describe.each(["generate", "stream"] as const)("agent.%s in a busy thread", (method) => {
  test("waits for its turn, then answers with what was said meanwhile", async () => {
    const helper = await anAgent([{ text: "Second." }]);
    const busy = await aBusyThread(helper);
    const asked = helper.agent[method](helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "second?",
    });
    await untilWaiting(helper);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(helper.model.calls).toHaveLength(0);
    await busy.answer();
    const result = await inTime(asked);
    expect(result).toMatchObject({ text: "Second.", turn: 1, steps: 1, state: { kind: "completed" } });
    expect(JSON.stringify(helper.model.calls[0]?.prompt)).toContain("First.");
    expect(transcript(await messagesOf(helper))).toEqual([
      "user: first?",
      "assistant: First.",
      "user: second?",
      "assistant: Second.",
    ]);
  });

  test("answers in order when several wait", async () => {
    const helper = await anAgent([{ text: "Two." }, { text: "Three." }]);
    const busy = await aBusyThread(helper);
    const ask = (prompt: string) =>
      helper.agent[method](helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });
    const second = ask("2?");
    await untilWaiting(helper);
    const asked = [second, ask("3?")];
    await untilWaiting(helper, 2);
    await busy.answer();
    const answers = await inTime(Promise.all(asked));
    expect(answers.map((answer) => answer.text)).toEqual(["Two.", "Three."]);
    expect(JSON.stringify(helper.model.calls[1]?.prompt)).toContain("Two.");
  });

  test("is canceled when it is aborted while it waits, and leaves the thread as it was", async () => {
    const helper = await anAgent([]);
    const busy = await aBusyThread(helper);
    const abort = new AbortController();
    const asked = helper.agent[method](helper.ctx, {
      ...{ as: OWNER, threadId: helper.threadId, prompt: "second?" },
      abortSignal: abort.signal,
    });
    await untilWaiting(helper);
    abort.abort();
    expect(await inTime(asked)).toMatchObject({
      text: "",
      state: { kind: "canceled", reason: "Aborted by the caller." },
    });
    await busy.answer();
    expect(
      (await helper.owner.threads.get(helper.ctx, { threadId: helper.threadId })).activeRunId,
    ).toBeUndefined();
    expect(helper.model.calls).toHaveLength(0);
  });

  test("is told when somebody cancels its run while it waits", async () => {
    const helper = await anAgent([]);
    await aBusyThread(helper);
    const asked = helper.agent[method](helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "second?",
    });
    const runId = await untilWaiting(helper);
    await helper.owner.runs.cancel(helper.ctx, { runId, reason: "Not now." });
    expect(await inTime(asked)).toMatchObject({ runId, state: { kind: "canceled", reason: "Not now." } });
  });

  test("gives up in time, with its run canceled", async () => {
    const helper = await anAgent([]);
    await aBusyThread(helper);
    const asked = helper.agent[method](helper.ctx, {
      as: OWNER,
      threadId: helper.threadId,
      prompt: "second?",
    });
    const gaveUp = codeOf(asked);
    await untilWaiting(helper);
    await vi.advanceTimersByTimeAsync(QUEUE_WAIT_MAX_MS - 10_000);
    expect(await untilWaiting(helper)).not.toBe("");
    expect(await inTime(gaveUp)).toBe("RUN_ACTIVE");
    const { page } = await helper.owner.runs.list(helper.ctx, { threadId: helper.threadId, cursor: null });
    expect(page.map(({ state }) => state.kind)).toEqual(["canceled", "running"]);
  });

  test("refuses or interrupts where it is told to", async () => {
    const helper = await anAgent([{ text: "Now." }]);
    const { runId } = await aBusyThread(helper);
    const args = { as: OWNER, threadId: helper.threadId, prompt: "second?" };
    expect(await codeOf(helper.agent[method](helper.ctx, { ...args, whileRunning: "reject" }))).toBe(
      "RUN_ACTIVE",
    );
    const { text: said } = await inTime(
      helper.agent[method](helper.ctx, { ...args, whileRunning: "interrupt" }),
    );
    expect(said).toBe("Now.");
    expect((await helper.owner.runs.get(helper.ctx, { runId })).state).toMatchObject({ kind: "canceled" });
  });
});

test("an agent says what its calls do unless told; what is no such word is refused", async () => {
  const helper = await anAgent([], { whileRunning: "reject" });
  await aBusyThread(helper);
  const args = { as: OWNER, threadId: helper.threadId, prompt: "second?" };
  expect(await codeOf(helper.agent.generate(helper.ctx, args))).toBe("RUN_ACTIVE");
  const misnamed = {
    name: "x",
    model: () => scriptedModel([]),
    instructions: "x",
    whileRunning: "wait" as never,
  };
  expect(() => defineAgent(helper.memory, misnamed)).toThrow(/whileRunning/);
});

test("a call that is not busy makes no call more than before", async () => {
  const helper = await anAgent([{ text: "One." }]);
  await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "1?" });
  expect(helper.calls).toEqual(["turns.begin", "turns.saveStep"]);
});

test("waiting says now and then that it is there, and looks more and more rarely", async () => {
  const helper = await anAgent([]);
  await aBusyThread(helper);
  const { owner, ctx, threadId } = helper;
  const turn = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("second?")] };
  const { runId } = await owner.turns.begin(ctx, { ...turn, whileRunning: "queue" });
  helper.calls.length = 0;
  const abort = new AbortController();
  const waiting = waitForTurn({ ctx, memory: owner, runId, abortSignal: abort.signal });
  await vi.advanceTimersByTimeAsync(60_000);
  const beats = helper.calls.filter((door) => door === "turns.wait");
  expect(beats.length).toBeGreaterThanOrEqual(60_000 / (QUEUE_BEAT_MS + 2_000) - 1);
  expect(beats.length).toBeLessThanOrEqual(60_000 / QUEUE_BEAT_MS);
  expect(helper.calls.length).toBeLessThan(45);
  abort.abort();
  await inTime(waiting);
});

test("a call that died while it waited is taken up by its repeat with `resume`", async () => {
  const helper = await anAgent([{ text: "Second." }]);
  const busy = await aBusyThread(helper);
  const args = { as: OWNER, threadId: helper.threadId, prompt: "second?", operationId: "once" };
  const { owner, ctx, threadId } = helper;
  const turn = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("second?")] };
  const dead = await owner.turns.begin(ctx, { ...turn, operationId: "once", whileRunning: "queue" });
  expect(await codeOf(helper.agent.generate(ctx, args))).toBe("RUN_ACTIVE");
  helper.calls.length = 0;
  const again = helper.agent.generate(ctx, { ...args, resume: true });
  while ([undefined, "turns.begin"].includes(helper.calls.at(-1))) await vi.advanceTimersByTimeAsync(5);
  for (let beat = 0; beat < 10; beat++) await vi.advanceTimersByTimeAsync(QUEUE_LEASE_MS / 5);
  await busy.answer();
  expect(await inTime(again)).toMatchObject({ runId: dead.runId, text: "Second." });
  expect(helper.model.calls).toHaveLength(1);
});
