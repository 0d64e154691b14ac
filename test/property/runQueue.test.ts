// Whatever happens in which order: one active run a thread, turns answered in order, no run lost, the counter right.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { aThread, text, type TestThread } from "../support/aMemory.js";
import { used } from "../support/turns.js";

const HOUR_MS = 60 * 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Act =
  | { kind: "ask"; whileRunning: "queue" | "interrupt" }
  | { kind: "later"; hours: number }
  | { kind: "answer" }
  | { kind: "fail" }
  | { kind: "cancel"; which: number }
  | { kind: "removePrompt"; which: number }
  | { kind: "pass"; hours: number };

const hours = fc.integer({ min: 1, max: 4 });
const which = fc.nat({ max: 20 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Act>({ kind: "ask", whileRunning: "queue" }) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "ask", whileRunning: "interrupt" }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("later" as const), hours }) },
  { weight: 3, arbitrary: fc.constant<Act>({ kind: "answer" }) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "fail" }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("removePrompt" as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass" as const), hours }) },
);

type Run = { runId: string; messageId: string; interrupts: boolean };

/** What a run of acts has begun, and the steps that play them. */
function player(thread: TestThread) {
  const { owner, ctx, threadId } = thread;
  const runs: Run[] = [];
  const begin = async (more: { whileRunning: "queue" | "interrupt"; startAt?: number }) => {
    const words = [text(`prompt ${runs.length}`)];
    const turn = { threadId, agentName: "helper", engine: "durable" as const, prompt: words };
    const { runId, promptMessageId } = await owner.turns.begin(ctx, { ...turn, ...more });
    runs.push({ runId, messageId: promptMessageId, interrupts: more.whileRunning === "interrupt" });
  };
  const active = async () => (await owner.threads.get(ctx, { threadId })).activeRunId;
  const save = async (runId: string) => {
    const message = { parts: [text("answer")] };
    await owner.turns.saveStep(ctx, { runId, step: 0, message, results: [], usage: used, finish: true });
  };
  const play = async (given: Act): Promise<void> => {
    const runId = await active();
    switch (given.kind) {
      case "ask":
        return await begin({ whileRunning: given.whileRunning });
      case "later":
        return await begin({ whileRunning: "queue", startAt: Date.now() + given.hours * HOUR_MS });
      case "answer":
        if (runId !== undefined) await save(runId);
        return;
      case "fail":
        if (runId !== undefined)
          await owner.turns.end(ctx, { runId, outcome: { kind: "failed", code: "X", message: "x" } });
        return;
      case "cancel": {
        const chosen = runs[given.which % Math.max(1, runs.length)];
        if (chosen !== undefined) await owner.runs.cancel(ctx, { runId: chosen.runId });
        return;
      }
      case "removePrompt": {
        const chosen = runs[given.which % Math.max(1, runs.length)];
        if (chosen !== undefined) await owner.messages.remove(ctx, chosen).catch(() => null);
        return;
      }
      case "pass":
        await vi.advanceTimersByTimeAsync(given.hours * HOUR_MS + 1);
        await thread.t.finishInProgressScheduledFunctions();
    }
  };
  return { runs, play, active, save };
}

/** What must hold between any two acts. Gives the turn of the active run. */
async function check({ inside }: TestThread): Promise<number | undefined> {
  const { runs, head } = await inside(async ({ db }) => ({
    runs: await db.query("runs").collect(),
    head: await db.query("threadHeads").first(),
  }));
  const running = runs.filter(({ state }) => state === undefined);
  const waiting = runs.filter(({ state }) => state?.kind === "queued" && state.startAt === undefined);
  expect(running.map(({ _id }) => _id)).toEqual(head?.activeRunId === undefined ? [] : [head.activeRunId]);
  expect(head?.queuedRuns ?? 0).toBe(waiting.length);
  if (waiting.length > 0) expect(running).toHaveLength(1);
  return running[0]?.turn;
}

describe("runs that wait", () => {
  test("keep their order and get their turn, whatever is asked, answered, canceled and scheduled meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 25 }), async (acts) => {
        const thread = await aThread({ shared: false });
        const { owner, ctx } = thread;
        const { runs, play, active, save } = player(thread);
        for (const given of acts) {
          await play(given);
          await check(thread);
        }
        // Then all that waits is answered, in the order of the turns.
        await vi.advanceTimersByTimeAsync(5 * HOUR_MS);
        await thread.t.finishInProgressScheduledFunctions();
        const turns: number[] = [];
        for (let runId = await active(); runId !== undefined; runId = await active()) {
          const turn = await check(thread);
          const interrupts = runs.find((run) => run.runId === runId)?.interrupts === true;
          if (turn !== undefined && !interrupts) turns.push(turn);
          await save(runId);
        }
        expect(turns).toEqual([...turns].sort((left, right) => left - right));
        const states = await Promise.all(
          runs.map(async ({ runId }) => (await owner.runs.get(ctx, { runId })).state.kind),
        );
        expect(states.filter((kind) => !["completed", "failed", "canceled"].includes(kind))).toEqual([]);
        const queued = await thread.inside(
          async ({ db }) => (await db.query("threadHeads").first())?.queuedRuns,
        );
        expect(queued ?? 0).toBe(0);
        const { page } = await owner.messages.list(ctx, {
          threadId: thread.threadId,
          cursor: null,
          order: "asc",
          limit: 200,
        });
        const { messages } = await owner.threads.get(ctx, { threadId: thread.threadId });
        expect(page).toHaveLength(messages);
        expect(new Set(page.map(({ turn, step }) => `${turn}.${step}`)).size).toBe(page.length);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
