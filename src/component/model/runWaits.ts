import { WAIT_MAX_MS, WAIT_MAX_SLEEP_MS } from "../../shared/runLimits.js";
import { answeredEvent, decidedEvent, dueEvent } from "../../shared/runEvents.js";
import { memoryError } from "../../validators/errors.js";
import type { RunState } from "../../validators/run.js";
import type { AskedWait } from "../../validators/turn.js";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellDriver } from "./runDriver.js";
import { stateOf, stepsOf } from "./runRows.js";

/** What the last step of a run still waits for. */
export type Waiting = NonNullable<Doc<"runs">["waiting"]>;

/** Where a run stands that waits for so much; absent: it runs. */
export function stateWhile({
  approvals,
  results,
}: Pick<Waiting, "approvals" | "results">): RunState | undefined {
  if (approvals > 0) return { kind: "awaitingApproval" };
  return results > 0 ? { kind: "awaitingResult" } : undefined;
}

/** Throws `INVALID_ARGUMENT` where a wait is of no call of the step, waits for nothing, or for no sensible time. */
export function checkWaits(waits: readonly AskedWait[], calls: readonly { callId: string }[]): void {
  if (waits.length === 0) return;
  const asked = new Set(calls.map(({ callId }) => callId));
  for (const { callId, approvalTimeoutMs, answerTimeoutMs, runs, refused } of waits) {
    const times = [approvalTimeoutMs, answerTimeoutMs].filter((time) => time !== undefined);
    const isSensible = times.every((time) => Number.isInteger(time) && time > 0 && time <= WAIT_MAX_MS);
    const waitsForSomething = refused !== undefined || times.length > 0;
    const comesFromSomewhere = runs || refused !== undefined || answerTimeoutMs !== undefined;
    if (!asked.delete(callId) || !isSensible || !waitsForSomething || !comesFromSomewhere)
      throw memoryError(
        "INVALID_ARGUMENT",
        `A wait names a call of its step, once, and a time of 1 to ${WAIT_MAX_MS} ms.`,
        { callId },
      );
  }
}

/** What a step that was just saved waits for, with its timer; undefined when it waits for nothing. */
export async function openWaits(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { askedBy, waits }: { askedBy: number; waits: readonly AskedWait[] },
): Promise<Waiting | undefined> {
  const open = waits.filter(({ refused }) => refused === undefined);
  if (open.length === 0) return undefined;
  const approvals = open.filter(({ approvalTimeoutMs }) => approvalTimeoutMs !== undefined).length;
  const results = open.filter(({ answerTimeoutMs }) => answerTimeoutMs !== undefined).length;
  const times = open.map(
    ({ approvalTimeoutMs, answerTimeoutMs = Infinity }) => approvalTimeoutMs ?? answerTimeoutMs,
  );
  const isDriven = run.engine === "durable" ? {} : { isDriven: true };
  const waiting = { askedBy, approvals, results, ...isDriven };
  return await armTimer(ctx, { runId: run._id, waiting, dueAt: Date.now() + Math.min(...times) });
}

type Arming = { runId: Doc<"runs">["_id"]; waiting: Waiting; dueAt: number };

/** One timer a step: it is armed anew only where something is due before it. */
export async function armTimer(ctx: MutationCtx, { runId, waiting, dueAt }: Arming): Promise<Waiting> {
  const { timer } = waiting;
  if (timer !== undefined && timer.dueAt <= dueAt) return waiting;
  if (timer !== undefined) await cancelJob(ctx, timer.jobId);
  const wakeAt = Math.min(dueAt, Date.now() + WAIT_MAX_SLEEP_MS);
  const jobId = await ctx.scheduler.runAt(wakeAt, internal.runs.expire, { runId });
  return { ...waiting, timer: { dueAt: wakeAt, jobId } };
}

/** The timer goes when nothing is waited for any more. */
export async function disarmTimer(ctx: MutationCtx, { timer, ...waiting }: Waiting): Promise<Waiting> {
  if (timer !== undefined) await cancelJob(ctx, timer.jobId);
  return waiting;
}

/** One that is going off already finds that nothing is due. */
export async function cancelJob(ctx: MutationCtx, jobId: Id<"_scheduled_functions">): Promise<void> {
  const job = await ctx.db.system.get("_scheduled_functions", jobId);
  if (job?.state.kind === "pending") await ctx.scheduler.cancel(jobId);
}

/**
 * The run is over, or goes with its thread: its timers go, and a workflow that waits is woken so that it ends too. One
 * that cannot be told has nobody left to be told.
 */
export async function stopWaiting(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  const { waiting, engine, startJobId, waitsUntil } = run;
  if (startJobId !== undefined) await cancelJob(ctx, startJobId);
  const sleeps = startJobId !== undefined && waitsUntil !== undefined && stateOf(run).kind === "running";
  if (sleeps) await tellDriver(ctx, run, { kind: "wake", event: dueEvent(stepsOf(run)), value: null });
  if (waiting === undefined) return;
  await disarmTimer(ctx, waiting);
  if (engine !== "durable") return;
  const { askedBy, approvals, results } = waiting;
  if (approvals > 0) {
    const value = { approved: [], ended: true };
    await tellDriver(ctx, run, { kind: "wake", event: decidedEvent(askedBy), value });
  } else if (results > 0)
    await tellDriver(ctx, run, { kind: "wake", event: answeredEvent(askedBy), value: { ended: true } });
}
