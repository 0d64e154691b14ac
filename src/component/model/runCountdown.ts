import { answeredEvent, decidedEvent, type Answered, type Decided } from "../../shared/runEvents.js";
import type { RunState } from "../../validators/run.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellDriver } from "./runDriver.js";
import { watchQueue } from "./runQueue.js";
import { isActive } from "../../shared/runState.js";
import { stateOf } from "./runRows.js";
import { setRunState } from "./runState.js";
import { armTimer, disarmTimer, stateWhile, type Waiting } from "./runWaits.js";
import { findHead } from "./threadAccess.js";
import { answerBy, callsOf, isLater } from "./toolCalls.js";
import { endRun } from "./turnEnd.js";

/** How many of a step's approvals and late results are there now. */
export type Done = { approvals: number; results: number };

/**
 * Counts down what a run waits for. With the last decision of a step, and with its last late result, its driver is
 * told in this transaction; a run whose driver cannot be told any more ends as failed. Gives where the run stands.
 *
 * Costs the same however many wait; with the last decision the calls of the step are read, once.
 */
export async function countDown(ctx: MutationCtx, run: Doc<"runs">, done: Done): Promise<RunState> {
  const { waiting } = run;
  if (waiting === undefined || !isActive(stateOf(run))) return stateOf(run);
  const { approvals, results } = done;
  const left = { ...waiting, approvals: waiting.approvals - approvals, results: waiting.results - results };
  const isDecided = approvals > 0 && left.approvals === 0;
  const isAnswered = results > 0 && left.results === 0;
  const decided = isDecided ? await release(ctx, run, left) : { approved: [], waiting: left };
  const goingOn = await moveOn(ctx, run, decided.waiting);
  if (run.engine !== "durable") {
    await watchLeft(ctx, goingOn);
    return stateOf(goingOn);
  }
  const { askedBy } = left;
  const decision: Wake = {
    event: decidedEvent(askedBy),
    value: { approved: decided.approved, ended: false },
  };
  const answer: Wake = { event: answeredEvent(askedBy), value: { ended: false } };
  const isTold = await wakeDriver(ctx, goingOn, [
    ...(isDecided ? [decision] : []),
    ...(isAnswered ? [answer] : []),
  ]);
  return isTold ? stateOf(goingOn) : await endRun(ctx, goingOn, { outcome: CODE_MOVED });
}

/** Nobody may come to resume a run in an action: those that wait behind it get on once it was left for too long. */
async function watchLeft(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  if (stateOf(run).kind !== "running") return;
  const head = await findHead(ctx, run.threadId);
  if (head?.queuedRuns !== undefined) await watchQueue(ctx, run);
}

type Wake = { event: string; value: Decided | Answered };

async function wakeDriver(ctx: MutationCtx, run: Doc<"runs">, wakes: readonly Wake[]): Promise<boolean> {
  for (const wake of wakes) if (!(await tellDriver(ctx, run, { kind: "wake", ...wake }))) return false;
  return true;
}

/** Writes what is left to wait for, and the state that goes with it. */
async function moveOn(ctx: MutationCtx, run: Doc<"runs">, left: Waiting): Promise<Doc<"runs">> {
  const state = stateWhile(left);
  const waiting = state === undefined ? await disarmTimer(ctx, left) : left;
  const changed = { waiting, ...(state === undefined ? { activeAt: Date.now() } : {}) };
  const next = state ?? RUNNING;
  if (next.kind === stateOf(run).kind) await ctx.db.patch("runs", run._id, changed);
  else await setRunState(ctx, run, { ...changed, state: next });
  return { ...run, ...changed, state };
}

const RUNNING: RunState = { kind: "running" };

const CODE_MOVED = {
  kind: "failed",
  code: "RUN_CODE_MOVED",
  message: "The file of the run was moved or its exports renamed while it waited: nobody goes on with it.",
} as const;

/** What may run, now that every call is decided. What is answered later has its time from here on. */
async function release(
  ctx: MutationCtx,
  run: Doc<"runs">,
  waiting: Waiting,
): Promise<{ approved: string[]; waiting: Waiting }> {
  const approved: string[] = [];
  let timed = waiting;
  for (const call of await callsOf(ctx, run._id, waiting.askedBy)) {
    const { wait, decision, state } = call;
    if (wait === undefined || decision?.kind !== "approved" || state.kind !== "pending") continue;
    approved.push(call.callId);
    if (!isLater(call)) continue;
    const { expiresAt = Infinity } = answerBy(wait);
    await ctx.db.patch("toolCalls", call._id, { expiresAt });
    timed = await armTimer(ctx, { runId: run._id, waiting: timed, dueAt: expiresAt });
  }
  return { approved, waiting: timed };
}
