// Who waits behind a run in an action that waits for a person, or was decided and never resumed.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RUN_LEASE_MS } from "../../src/shared/limits.js";
import { text } from "../support/aMemory.js";
import { approve, aWaitingRun, decide, held, later, type Waiting } from "../support/waitingRun.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** One that asks behind it, and waits. */
async function queued({ owner, ctx, threadId }: Waiting): Promise<string> {
  const turn = { threadId, agentName: "a", engine: "durable" as const, prompt: [text("And I?")] };
  return (await owner.turns.begin(ctx, { ...turn, whileRunning: "queue" })).runId;
}

const kindOf = async ({ owner, ctx }: Waiting, runId: string) => (await owner.runs.get(ctx, { runId })).state;

/** Lets time pass, with what is scheduled in it. */
async function pass({ t }: Waiting, ms: number): Promise<void> {
  for (let rest = ms; rest > 0; rest -= 60_000) {
    vi.advanceTimersByTime(Math.min(rest, 60_000));
    await t.finishInProgressScheduledFunctions();
  }
}

describe("behind a run in an action that waits for a person", () => {
  test("others wait as long as it does", async () => {
    const run = await aWaitingRun(["a"], [held("a", { approvalTimeoutMs: 3 * RUN_LEASE_MS })]);
    const next = await queued(run);
    await pass(run, 2 * RUN_LEASE_MS);
    expect(await kindOf(run, next)).toEqual({ kind: "queued" });
    expect(await kindOf(run, run.runId)).toEqual({ kind: "awaitingApproval" });
  });

  test.each([
    ["decided", [held("a")], true],
    ["expired", [held("a")], false],
    ["left without an answer", [later("a")], false],
  ])("others get on when it was %s, and nobody resumed it", async (_how, waits, isDecided) => {
    const run = await aWaitingRun(["a"], waits);
    await run.owner.turns.pause(run.ctx, { runId: run.runId });
    const next = await queued(run);
    if (isDecided) await decide(run, approve("a"));
    else await pass(run, 61_000);
    expect(await kindOf(run, run.runId)).toEqual({ kind: "running" });
    await pass(run, RUN_LEASE_MS - 120_000);
    expect(await kindOf(run, next)).toEqual({ kind: "queued" });
    await pass(run, 240_000);
    expect(await kindOf(run, run.runId)).toMatchObject({ kind: "failed", code: "RUN_LOST" });
    expect(await kindOf(run, next)).toEqual({ kind: "running" });
  });

  test("others wait on when somebody took it up meanwhile", async () => {
    const run = await aWaitingRun(["a"], [held("a")]);
    await run.owner.turns.pause(run.ctx, { runId: run.runId });
    const next = await queued(run);
    await decide(run, approve("a"));
    await pass(run, RUN_LEASE_MS - 120_000);
    await run.owner.turns.takeUp(run.ctx, { runId: run.runId });
    await pass(run, 240_000);
    expect(await kindOf(run, run.runId)).toEqual({ kind: "running" });
    expect(await kindOf(run, next)).toEqual({ kind: "queued" });
  });
});
