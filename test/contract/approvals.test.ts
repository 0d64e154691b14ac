import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CallDecision } from "../../src/validators/run.js";
import type { AskedWait } from "../../src/validators/turn.js";
import * as decisions from "../../src/component/model/runDecide.js";
import { APPROVAL_TIMEOUT_MS, EDITED_INPUT_MAX_BYTES, WAIT_MAX_MS } from "../../src/shared/limits.js";
import { isMemoryError } from "../../src/validators/errors.js";
import { aThread, call, codeOf, OWNER, result, text, type TestThread } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";
import { used } from "../support/turns.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Waiting = TestThread & { runId: string; messageId: string };
const held = (callId: string, more: Partial<AskedWait> = {}): AskedWait => ({
  ...{ callId, runs: true, approvalTimeoutMs: 60_000 },
  ...more,
});
const later = (callId: string): AskedWait => ({ callId, runs: false, answerTimeoutMs: 60_000 });

/** A run whose first step called tools; some of the calls wait. */
async function aWaitingRun(
  calls: string[],
  waits: AskedWait[],
  { inputs = {} as Record<string, string> } = {},
): Promise<Waiting> {
  const thread = await aThread();
  const { ctx, owner, threadId } = thread;
  const begin = { threadId, agentName: "a", engine: "action" as const, prompt: [text("Go.")] };
  const { runId } = await owner.turns.begin(ctx, begin);
  const parts = calls.map((callId) => call(callId, inputs[callId]));
  const step = { runId, step: 0, message: { parts }, results: [], usage: used, finish: false, waits };
  const { messageId = "" } = await owner.turns.saveStep(ctx, step);
  return { ...thread, runId, messageId };
}

const decide = ({ owner, ctx, runId }: Waiting, ...list: CallDecision[]) =>
  owner.runs.decide(ctx, { runId, decisions: list });
const approve = (callId: string, input?: string): CallDecision => ({
  ...{ callId, kind: "approve" },
  ...(input === undefined ? {} : { input }),
});
const deny = (callId: string, reason?: string): CallDecision => ({ callId, kind: "deny", reason });
const callsOf = async ({ owner, ctx, runId }: Waiting) =>
  (await owner.runs.listToolCalls(ctx, { runId, cursor: null, limit: 100 })).page;

/** The door itself, for what the client would not let through. */
const atTheDoor = ({ ctx, component, runId }: Waiting, list: CallDecision[]) =>
  ctx.runMutation(component.runs.decide, { caller: OWNER, runId, decisions: list });

async function errorOf(promise: Promise<unknown>) {
  return await promise.then(
    () => null,
    (error: unknown) => (isMemoryError(error) ? error.data : Promise.reject(error as Error)),
  );
}

describe("a call that waits for approval", () => {
  test("is decided once: the same decision by anyone changes nothing, another is told who was first", async () => {
    const run = await aWaitingRun(["a", "b"], [held("a"), held("b")]);
    const { writer, ctx, runId } = run;
    expect(await decide(run, approve("a"))).toEqual({ state: { kind: "awaitingApproval" } });
    expect(await writer.runs.approve(ctx, { runId, callId: "a" })).toEqual({
      state: { kind: "awaitingApproval" },
    });
    const refused = await errorOf(writer.runs.deny(ctx, { runId, callId: "a", reason: "No." }));
    expect(refused).toMatchObject({
      code: "APPROVAL_DECIDED",
      details: {
        callId: "a",
        decision: "approved",
        decidedBy: "olga",
        decidedAt: expect.any(Number) as number,
      },
    });
    const edited = writer.runs.approve(ctx, { runId, callId: "a", input: { query: "other" } });
    expect(await codeOf(edited)).toBe("APPROVAL_DECIDED");
    await writer.runs.deny(ctx, { runId, callId: "b", reason: "Not that." });
    expect(await codeOf(run.owner.runs.deny(ctx, { runId, callId: "b" }))).toBe("ok");
    expect(await callsOf(run)).toMatchObject([
      { state: { kind: "pending" }, decision: { kind: "approved", by: "olga" } },
      { state: { kind: "denied" }, decision: { kind: "denied", by: "wendy", reason: "Not that." } },
    ]);
  });

  test("may be decided by who may write in the thread, by the app itself, and by nobody else", async () => {
    const run = await aWaitingRun(["a"], [held("a")]);
    const { reader, stranger, otherTenant, memory, ctx, runId } = run;
    const args = { runId, callId: "a" };
    expect(await codeOf(reader.runs.approve(ctx, args))).toBe("FORBIDDEN");
    expect(await codeOf(stranger.runs.approve(ctx, args))).toBe("RUN_NOT_FOUND");
    expect(await codeOf(otherTenant.runs.approve(ctx, args))).toBe("RUN_NOT_FOUND");
    expect(await codeOf(stranger.runs.listWaiting(ctx, { runId }))).toBe("RUN_NOT_FOUND");
    expect(await reader.runs.listWaiting(ctx, { runId })).toHaveLength(1);
    await memory.asSystem().runs.approve(ctx, args);
    expect(await callsOf(run)).toMatchObject([{ decision: { by: "system" } }]);
  });

  test.each<[string, (run: Waiting) => Promise<unknown>, string]>([
    ["that needs none", (run) => decide(run, approve("free")), "TOOL_CALL_NOT_WAITING"],
    ["that waits for its result", (run) => decide(run, approve("late")), "TOOL_CALL_NOT_WAITING"],
    ["that there is not", (run) => decide(run, approve("none")), "TOOL_CALL_NOT_FOUND"],
    ["twice in one batch", (run) => decide(run, approve("a"), deny("a")), "INVALID_ARGUMENT"],
    ["in an empty batch", (run) => decide(run), "INVALID_ARGUMENT"],
    [
      "in a batch of too many",
      (run) => decide(run, ...Array.from({ length: 65 }, (_, index) => approve(`${index}`))),
      "INVALID_ARGUMENT",
    ],
    ["with an input that is no JSON", (run) => atTheDoor(run, [approve("a", "{")]), "INVALID_ARGUMENT"],
    [
      "with an input that is too long",
      (run) => decide(run, approve("a", "x".repeat(EDITED_INPUT_MAX_BYTES))),
      "INVALID_ARGUMENT",
    ],
    [
      "with an input that JSON has no text for",
      ({ owner, ctx, runId }) => owner.runs.approve(ctx, { runId, callId: "a", input: 1n }),
      "INVALID_ARGUMENT",
    ],
  ])("%s: is refused, and nothing is decided", async (_name, attempt, code) => {
    const run = await aWaitingRun(["a", "free", "late"], [held("a"), later("late")]);
    expect(await codeOf(attempt(run))).toBe(code);
    expect((await callsOf(run))[0]).toMatchObject({ state: { kind: "awaitingApproval" } });
    expect(await codeOf(decide(run, approve("a")))).toBe("ok");
  });

  test("in a batch is decided with all of it, or not at all", async () => {
    const run = await aWaitingRun(["a", "b"], [held("a"), held("b")]);
    await decide(run, deny("b"));
    expect(await codeOf(decide(run, deny("a"), approve("b")))).toBe("APPROVAL_DECIDED");
    expect((await callsOf(run))[0]?.state).toEqual({ kind: "awaitingApproval" });
    expect(await decide(run, deny("a"), deny("b"))).toEqual({ state: { kind: "running" } });
  });

  test("comes too late when its time is over, whether its timer has gone off or not", async () => {
    const run = await aWaitingRun(["a", "b"], [held("a"), held("b", { approvalTimeoutMs: 120_000 })]);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await codeOf(decide(run, approve("a")))).toBe("APPROVAL_EXPIRED");
    await run.finishSweeps();
    expect(await callsOf(run)).toMatchObject([
      { state: { kind: "denied" }, decision: { kind: "expired" } },
      { state: { kind: "denied" }, decision: { kind: "expired" } },
    ]);
    expect(await codeOf(decide(run, approve("b")))).toBe("APPROVAL_EXPIRED");
    expect((await run.owner.runs.get(run.ctx, { runId: run.runId })).state).toEqual({ kind: "running" });
  });

  test("is decided no more when the run has ended, which settles it; its timer goes", async () => {
    const run = await aWaitingRun(["a"], [held("a")]);
    await run.owner.turns.end(run.ctx, { runId: run.runId, outcome: { kind: "completed" } });
    expect(await codeOf(decide(run, approve("a")))).toBe("RUN_ENDED");
    expect(await callsOf(run)).toMatchObject([{ state: { kind: "interrupted" } }]);
    const timers = await run.inside(
      async (ctx) => await ctx.db.system.query("_scheduled_functions").collect(),
    );
    expect(timers.filter(({ name }) => name.includes("expire")).map(({ state }) => state.kind)).toEqual([
      "canceled",
    ]);
  });

  test("is not run, nor shut out, before it is decided", async () => {
    const { owner, ctx, runId } = await aWaitingRun(["a"], [held("a")]);
    const start = { runId, callId: "a", idempotent: true };
    expect(await owner.turns.startTool(ctx, start)).toEqual({ kind: "settled" });
  });

  test("with an edited input keeps what was asked, also where that or another part is long", async () => {
    const long = JSON.stringify({ query: "x".repeat(100_000) });
    const run = await aWaitingRun(["a", "b"], [held("a"), held("b")], { inputs: { a: long, b: long } });
    const { owner, ctx, runId, messageId } = run;
    expect(await owner.runs.listWaiting(ctx, { runId })).toMatchObject([
      { callId: "a", isCut: true, messageId, part: 0 },
      { callId: "b", isCut: true, part: 1 },
    ]);
    await owner.runs.approve(ctx, { runId, callId: "a", input: { query: "short" } });
    const [first] = await callsOf(run);
    expect(first?.decision?.askedInput).toBe(long.slice(0, EDITED_INPUT_MAX_BYTES));
    expect(await owner.messages.read(ctx, { messageId, part: 0 })).toBe('{"query":"short"}');
    expect(await owner.messages.read(ctx, { messageId, part: 1 })).toBe(long);
    await owner.runs.approve(ctx, { runId, callId: "b" });
    const started = await owner.turns.startTool(ctx, { runId, callId: "a", idempotent: false });
    expect(started).toMatchObject({ kind: "execute", input: '{"query":"short"}' });
  });

  test("costs the same to decide however many wait beside it", async () => {
    const cost = async (count: number) => {
      const ids = Array.from({ length: count }, (_, index) => `call-${index}`);
      const run = await aWaitingRun(
        ids,
        ids.map((id) => held(id)),
      );
      const one = (decision: CallDecision) =>
        costOf(run, (ctx) =>
          decisions.decide(ctx, { caller: OWNER, runId: run.runId, decisions: [decision] }),
        );
      return { approve: await one(approve("call-0")), deny: await one(deny("call-1", "No.")) };
    };
    const [few, many] = [await cost(3), await cost(60)];
    expect(many.approve).toMatchObject({ ranges: 4, documentsRead: 4, documentsWritten: 2 });
    for (const kind of ["approve", "deny"] as const) {
      const { ranges, documentsRead, documentsWritten, bytesRead } = few[kind];
      expect(many[kind]).toMatchObject({ ranges, documentsRead, documentsWritten });
      expect(many[kind].bytesRead).toBeLessThan(bytesRead * 1.05);
    }
  });

  test("arms one timer for its step, however many wait, and none where none does", async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `call-${index}`);
    const timersOf = (run: Waiting) =>
      run.inside(async (ctx) => (await ctx.db.system.query("_scheduled_functions").collect()).length);
    expect(
      await timersOf(
        await aWaitingRun(
          ids,
          ids.map((id) => held(id)),
        ),
      ),
    ).toBe(1);
    expect(await timersOf(await aWaitingRun(["a"], []))).toBe(0);
  });
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

  test("has its time from the approval on, when that comes first", async () => {
    const wait = {
      callId: "late",
      runs: false,
      approvalTimeoutMs: APPROVAL_TIMEOUT_MS,
      answerTimeoutMs: 1_000,
    };
    const run = await aWaitingRun(["late"], [wait]);
    vi.setSystemTime(Date.now() + 50_000);
    expect(await decide(run, approve("late"))).toEqual({ state: { kind: "awaitingResult" } });
    expect((await callsOf(run))[0]).toMatchObject({
      ...{ state: { kind: "awaitingResult" }, expiresAt: Date.now() + 1_000 },
    });
    vi.advanceTimersByTime(1_500);
    await run.t.finishInProgressScheduledFunctions();
    expect(
      (await callsOf(run))[0]?.state,
      "its timer went off before the approval's would have",
    ).toMatchObject({
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
