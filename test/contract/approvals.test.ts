import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as decisions from "../../src/component/model/runDecide.js";
import { EDITED_INPUT_MAX_BYTES } from "../../src/shared/runLimits.js";
import { isMemoryError } from "../../src/validators/errors.js";
import type { CallDecision } from "../../src/validators/runDriving.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";
import { used } from "../support/turns.js";
import {
  approve,
  atTheDoor,
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

  test("is not decided by a click on an earlier call of the same id", async () => {
    const run = await aWaitingRun(["a"], [held("a")]);
    const { owner, ctx, runId } = run;
    const [first] = await owner.runs.listWaiting(ctx, { runId });
    const click = { runId, callId: "a", step: first?.step ?? 0 };
    expect(await codeOf(owner.runs.approve(ctx, { ...click, step: 99 }))).toBe("TOOL_CALL_NOT_WAITING");
    await owner.runs.approve(ctx, click);
    await owner.runs.approve(ctx, click);
    await owner.turns.startTool(ctx, { runId, callId: "a", idempotent: false });
    const part = {
      type: "toolResult" as const,
      callId: "a",
      toolName: "search",
      outputKind: "text" as const,
    };
    const given = { part: { ...part, output: "Done." }, failed: false, ms: 1 };
    await owner.turns.saveResult(ctx, { runId, callId: "a", ...given });
    const parts = [
      { type: "toolCall" as const, callId: "a", toolName: "search", input: '{"query":"other"}' },
    ];
    const step = { runId, step: 1, message: { parts }, results: [], usage: used, finish: false };
    await owner.turns.saveStep(ctx, { ...step, waits: [held("a")] });
    expect(await codeOf(owner.runs.approve(ctx, click))).toBe("TOOL_CALL_NOT_WAITING");
    expect((await callsOf(run)).map(({ state }) => state.kind)).toEqual(["done", "awaitingApproval"]);
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

  test("expires at its own time, and not with the first of its step", async () => {
    const run = await aWaitingRun(["a", "b"], [held("a"), held("b", { approvalTimeoutMs: 120_000 })]);
    const pass = async (ms: number) => {
      vi.advanceTimersByTime(ms);
      await run.t.finishInProgressScheduledFunctions();
      return (await callsOf(run)).map(({ state }) => state.kind);
    };
    expect(await pass(61_000)).toEqual(["denied", "awaitingApproval"]);
    expect(await pass(61_000)).toEqual(["denied", "denied"]);
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

  test("is edited together with others of a message so long that it could not be rewritten for each", async () => {
    const long = JSON.stringify({ query: "x".repeat(1_000_000) });
    const ids = ["a", "b", "c", "d", "e"];
    const run = await aWaitingRun(
      ids,
      ids.map((id) => held(id)),
      { inputs: Object.fromEntries(ids.map((id) => [id, long])) },
    );
    await atTheDoor(
      run,
      ids.slice(0, 4).map((id) => approve(id, `{"query":"${id}"}`)),
    );
    const { owner, ctx, messageId } = run;
    expect(await owner.messages.read(ctx, { messageId, part: 3 })).toBe('{"query":"d"}');
    expect(await owner.messages.read(ctx, { messageId, part: 4 })).toBe(long);
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
    expect(many.approve).toMatchObject({ ranges: 3, documentsRead: 5, documentsWritten: 2 });
    for (const kind of ["approve", "deny"] as const) {
      const { ranges, documentsRead, documentsWritten, bytesRead } = few[kind];
      expect(many[kind]).toMatchObject({ ranges, documentsRead, documentsWritten });
      expect(many[kind].bytesRead).toBeLessThan(bytesRead * 1.05);
    }
  });

  test("arms one timer for its step, however many wait, and none where none does", async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `call-${index}`);
    const timersOf = (run: Waiting) =>
      run.inside(async (ctx) => {
        const jobs = await ctx.db.system.query("_scheduled_functions").collect();
        return jobs.filter(({ name }) => name.includes("expire")).length;
      });
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
