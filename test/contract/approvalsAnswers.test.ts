import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AskedWait } from "../../src/validators/turn.js";
import { APPROVAL_TIMEOUT_MS, WAIT_MAX_MS } from "../../src/shared/runLimits.js";
import { codeOf, result } from "../support/aMemory.js";
import {
  approve,
  aWaitingRun,
  callsOf,
  decide,
  deny,
  held,
  later,
  type Waiting,
} from "../support/waitingRun.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a call that is answered later", () => {
  const answerOf = (run: Waiting, answer: { output: unknown } | { error: string }) =>
    run.owner.runs.answer(run.ctx, { runId: run.runId, callId: "late", ...answer });
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;

  test.each<[string, unknown, string]>([
    ["a text", "Blue", "text Blue"],
    ["undefined", undefined, "json null"],
    ["a Date", new Date(0), 'json "1970-01-01T00:00:00.000Z"'],
    ["nested values", { a: [1, null] }, 'json {"a":[1,null]}'],
  ])("takes %s", async (_name, output, stored) => {
    const run = await aWaitingRun(["late"], [later("late")]);
    expect(await answerOf(run, { output })).toEqual({ state: { kind: "running" } });
    const { page } = await run.owner.messages.list(run.ctx, {
      threadId: run.threadId,
      cursor: null,
      order: "desc",
    });
    const [part] = page[0]!.parts;
    expect(part?.type === "toolResult" && `${part.outputKind} ${part.output}`).toBe(stored);
  });

  test("takes 5 MB, refuses what cannot be kept, and goes on waiting then", async () => {
    const run = await aWaitingRun(["late"], [later("late")]);
    expect(await codeOf(answerOf(run, { output: circular }))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(answerOf(run, { output: 1n }))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(answerOf(run, { output: "x".repeat(8 * 1024 * 1024) }))).toBe("MESSAGE_TOO_LARGE");
    expect((await callsOf(run))[0]?.state).toEqual({ kind: "awaitingResult" });
    expect(await codeOf(answerOf(run, { output: "x".repeat(5 * 1024 * 1024) }))).toBe("ok");
  });

  test("is answered once: the same again changes nothing, another answer is refused", async () => {
    const run = await aWaitingRun(["late"], [later("late")]);
    const long = { words: "x".repeat(50_000) };
    await answerOf(run, { output: long });
    expect(await answerOf(run, { output: long })).toEqual({ state: { kind: "running" } });
    expect(await codeOf(answerOf(run, { output: "Red" }))).toBe("TOOL_CALL_NOT_WAITING");
    expect(await codeOf(answerOf(run, { error: "No." }))).toBe("TOOL_CALL_NOT_WAITING");
  });

  test("is answered by who may write in the thread, and by nobody else", async () => {
    const run = await aWaitingRun(["late", "free"], [later("late")]);
    const { reader, writer, stranger, ctx, runId } = run;
    const args = { runId, callId: "late", output: "Blue" };
    expect(await codeOf(reader.runs.answer(ctx, args))).toBe("FORBIDDEN");
    expect(await codeOf(stranger.runs.answer(ctx, args))).toBe("RUN_NOT_FOUND");
    expect(await codeOf(writer.runs.answer(ctx, { ...args, callId: "free" }))).toBe("TOOL_CALL_NOT_WAITING");
    expect(await codeOf(writer.runs.answer(ctx, { ...args, callId: "none" }))).toBe("TOOL_CALL_NOT_FOUND");
    expect(await codeOf(writer.runs.answer(ctx, args))).toBe("ok");
    expect((await callsOf(run))[0]).toMatchObject({ answeredBy: "wendy" });
  });

  test("expires, and is told so from that moment on", async () => {
    const run = await aWaitingRun(["late"], [later("late")]);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await codeOf(answerOf(run, { output: "Blue" }))).toBe("ANSWER_EXPIRED");
    await run.finishSweeps();
    expect(await codeOf(answerOf(run, { output: "Blue" }))).toBe("ANSWER_EXPIRED");
    expect((await callsOf(run))[0]?.state).toMatchObject({ kind: "interrupted" });
  });

  test("waits for its answer when it may have asked before its machine died; an idempotent one asks again", async () => {
    const run = await aWaitingRun(["late"], [{ callId: "late", runs: true, answerTimeoutMs: 60_000 }]);
    const { owner, ctx, runId } = run;
    const start = (idempotent: boolean) => owner.turns.startTool(ctx, { runId, callId: "late", idempotent });
    expect(await codeOf(answerOf(run, { output: "Early" }))).toBe("TOOL_CALL_NOT_WAITING");
    expect(await start(false)).toMatchObject({ kind: "execute", later: true });
    expect(await start(true)).toMatchObject({ kind: "execute" });
    expect(await start(false)).toEqual({ kind: "settled" });
    expect((await callsOf(run))[0]?.state).toEqual({ kind: "awaitingResult" });
    expect(await answerOf(run, { output: "Blue" })).toEqual({ state: { kind: "running" } });
    expect(await owner.turns.awaitAnswer(ctx, { runId, callId: "late" })).toEqual({ waiting: false });
  });

  test.each([
    ["waits at once", false],
    ["is asked for by its tool", true],
  ])("has its time from the approval on, when that comes first and it %s", async (_name, runs) => {
    const wait = { callId: "late", runs, approvalTimeoutMs: APPROVAL_TIMEOUT_MS, answerTimeoutMs: 1_000 };
    const run = await aWaitingRun(["late"], [wait]);
    const { owner, ctx, runId } = run;
    vi.setSystemTime(Date.now() + 50_000);
    expect(await decide(run, approve("late"))).toEqual({ state: { kind: "awaitingResult" } });
    const args = { runId, callId: "late" };
    if (runs) await owner.turns.startTool(ctx, { ...args, idempotent: false });
    if (runs) expect(await owner.turns.awaitAnswer(ctx, args)).toEqual({ waiting: true });
    expect((await callsOf(run))[0]).toMatchObject({
      ...{ state: { kind: "awaitingResult" }, expiresAt: Date.now() + 1_000 },
    });
    vi.advanceTimersByTime(1_500);
    await run.t.finishInProgressScheduledFunctions();
    const [call] = await callsOf(run);
    expect(call?.state, "its timer went off before the approval's would have").toMatchObject({
      kind: "interrupted",
    });
  });
});

describe("a step that is to wait", () => {
  test.each<[string, AskedWait]>([
    ["for a call that it has not", held("none")],
    ["for nothing", { callId: "a", runs: true }],
    ["for a result that comes from nowhere", held("a", { runs: false })],
    ["no time", held("a", { approvalTimeoutMs: 0 })],
    ["for ever", held("a", { approvalTimeoutMs: WAIT_MAX_MS + 1 })],
    ["half a millisecond", held("a", { approvalTimeoutMs: 0.5 })],
  ])("%s is refused", async (_name, wait) => {
    expect(await codeOf(aWaitingRun(["a"], [wait]))).toBe("INVALID_ARGUMENT");
  });

  test("shows how much it waits for with its run, until it does not", async () => {
    const run = await aWaitingRun(["a", "b", "late"], [held("a"), held("b"), later("late")]);
    const shown = async () => await run.owner.runs.latest(run.ctx, { threadId: run.threadId });
    expect(await shown()).toMatchObject({
      state: { kind: "awaitingApproval" },
      waiting: {
        ...{ approvals: 2, results: 1 },
        calls: [
          { callId: "a", kind: "approval" },
          { callId: "b", kind: "approval" },
          { callId: "late", kind: "result" },
        ],
      },
    });
    await decide(run, approve("a"), deny("b"));
    expect(await shown()).toMatchObject({
      state: { kind: "awaitingResult" },
      waiting: { approvals: 0, results: 1, calls: [{ kind: "approved" }, { kind: "result" }] },
    });
    await run.owner.runs.answer(run.ctx, { runId: run.runId, callId: "late", output: "Blue" });
    const saved = { callId: "a", part: result("a"), failed: false, ms: 1 };
    await run.owner.turns.saveResult(run.ctx, { runId: run.runId, ...saved });
    const { state, waiting } = (await shown())!;
    expect({ state, waiting }).toEqual({ state: { kind: "running" } });
  });
});
