// A run in an action that has to wait, and whose action died before it let go of it.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RUN_LEASE_MS } from "../../src/shared/limits.js";
import { aWaitingRun, approve, callsOf, decide, held, type Waiting } from "../support/waitingRun.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Its tool has begun, and nobody knows whether it has asked for its result. */
async function aLeftRun(): Promise<Waiting & { start: (takeUps?: number) => Promise<string> }> {
  const asks = { callId: "late", runs: true, answerTimeoutMs: 60_000_000 };
  const run = await aWaitingRun(["late", "a"], [asks, held("a", { approvalTimeoutMs: 60_000_000 })]);
  const { owner, ctx, runId } = run;
  const start = async () =>
    (await owner.turns.startTool(ctx, { runId, callId: "late", idempotent: false })).kind;
  expect(await start()).toBe("execute");
  return { ...run, start };
}

const kindsOf = async (run: Waiting) => (await callsOf(run)).map(({ state }) => state.kind);

test.each([
  ["whoever knows that the action is dead", true],
  ["anybody once it was silent for longer than an action lives", false],
])("is taken up by %s, waits for what is not there, and goes on behind it", async (_who, force) => {
  const run = await aLeftRun();
  const { owner, ctx, runId, start } = run;
  if (!force) vi.setSystemTime(Date.now() + RUN_LEASE_MS + 1);
  const taken = await owner.turns.takeUp(ctx, { runId, force });
  expect(taken).toMatchObject({ kind: "taken", state: { kind: "awaitingApproval" }, takeUps: 1 });
  expect(taken.calls.map(({ callId, state }) => [callId, state.kind])).toEqual([
    ["late", "started"],
    ["a", "awaitingApproval"],
  ]);
  expect(await start()).toBe("settled");
  expect(await kindsOf(run)).toEqual(["awaitingResult", "awaitingApproval"]);
  const { state } = await owner.turns.pause(ctx, { runId, takeUps: 1 });
  expect(state.kind).toBe("awaitingApproval");
  expect(await owner.turns.takeUp(ctx, { runId })).toMatchObject({ kind: "waiting" });
  await owner.runs.answer(ctx, { runId, callId: "late", output: "Blue" });
  await decide(run, approve("a"));
  expect(await owner.turns.takeUp(ctx, { runId })).toMatchObject({ kind: "taken", takeUps: 2 });
});

test("is left alone while its action may live, and is nobody's to force who let go of it", async () => {
  const run = await aLeftRun();
  const { owner, ctx, runId } = run;
  expect(await owner.turns.takeUp(ctx, { runId })).toMatchObject({ kind: "waiting", takeUps: 0 });
  await owner.turns.pause(ctx, { runId });
  expect(await owner.turns.takeUp(ctx, { runId, force: true })).toMatchObject({ kind: "waiting" });
});
