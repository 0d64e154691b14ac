import type { ActionCtx, BoundMemory, RunState } from "../client/index.js";
import { QUEUE_BEAT_MS, QUEUE_POLL_MS, QUEUE_WAIT_MAX_MS } from "../shared/runLimits.js";
import { memoryError } from "../validators/errors.js";

type Waiting = { ctx: ActionCtx; memory: BoundMemory; runId: string; abortSignal: AbortSignal };

/**
 * Waits in an action until the turn of its run has come, or the run was ended; looks more and more rarely, and says
 * now and then that it is still there. Gives up in time to leave room for the answer.
 */
export async function waitForTurn(waiting: Waiting): Promise<RunState> {
  const { ctx, memory, runId, abortSignal } = waiting;
  const giveUpAt = Date.now() + QUEUE_WAIT_MAX_MS;
  let beatAt = Date.now() + QUEUE_BEAT_MS;
  for (let pauseMs: number = QUEUE_POLL_MS.min; ; pauseMs = longer(pauseMs)) {
    await pause(pauseMs, abortSignal);
    if (abortSignal.aborted)
      return (await memory.runs.cancel(ctx, { runId, reason: "Aborted by the caller." })).state;
    const now = Date.now();
    const isBeat = now >= beatAt;
    if (isBeat) beatAt = now + QUEUE_BEAT_MS;
    const { state } = isBeat
      ? await memory.turns.wait(ctx, { runId })
      : await memory.runs.get(ctx, { runId });
    if (state.kind !== "queued") return state;
    if (now >= giveUpAt) return await giveUp(waiting);
  }
}

const longer = (ms: number): number => Math.min(ms * QUEUE_POLL_MS.growth, QUEUE_POLL_MS.max);

async function giveUp({ ctx, memory, runId }: Waiting): Promise<RunState> {
  const reason = "The action could not wait any longer for its turn.";
  const { state } = await memory.runs.cancel(ctx, { runId, reason });
  if (state.kind !== "canceled") return state;
  throw memoryError(
    "RUN_ACTIVE",
    "The thread was busy for as long as an action can wait: start a durable run, which waits without one, or interrupt.",
    { runId, waitedMs: QUEUE_WAIT_MAX_MS },
  );
}

/** Resolves after a while, or when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
