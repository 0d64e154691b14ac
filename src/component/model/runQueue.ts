import { QUEUE_MAX_RUNS, SCHEDULED_MAX_RUNS } from "../../shared/runLimits.js";
import { comparePositions, PROMPT_STEP } from "../../shared/position.js";
import { BEGUN_EVENT, isInQueue, type Begun } from "../../shared/runState.js";
import type { RunOutcome } from "../../validators/runDriving.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellRunEnd } from "./hooks.js";
import { startDriver, tellDriver } from "./runDriver.js";
import { isLost, leaseEndsAt, LOST } from "./runLease.js";
import { stateOf } from "./runRows.js";
import { setRunState } from "./runState.js";
import { logRunEnd } from "./runTransitions.js";
import { findRow } from "./summaryPlaces.js";
import { findNewest } from "./summaryRows.js";
import { armSweep } from "./sweeps.js";
import { reopened } from "./turnPrompt.js";

type Head = Doc<"threadHeads">;
type Run = Doc<"runs">;

const GONE: RunOutcome = { kind: "canceled", reason: "Its prompt was removed while it waited." };
const MOVED: RunOutcome = {
  kind: "failed",
  code: "RUN_CODE_MOVED",
  message: "The file of the run was moved, or its workflow ended, while it waited for its turn.",
};
/** More than can wait: those whose time has come join whatever the length of the queue. */
const MAX_ROUNDS = QUEUE_MAX_RUNS + SCHEDULED_MAX_RUNS;

/** What the head says when one run more waits for its turn. */
export const withOneMore = ({ queuedRuns = 0 }: Head): Pick<Head, "queuedRuns"> => ({
  queuedRuns: queuedRuns + 1,
});

/** What the head says when a run waits no longer; nothing where it had not waited for its turn. */
export function withoutRun({ queuedRuns = 0 }: Head, run: Run): Pick<Head, "queuedRuns"> {
  if (!isInQueue(stateOf(run))) return {};
  return { queuedRuns: queuedRuns > 1 ? queuedRuns - 1 : undefined };
}

/** A run that waits behind one in an action must get on when that action dies: a sweep looks after it. */
export async function watchQueue(ctx: MutationCtx, active: Run): Promise<void> {
  const endsAt = leaseEndsAt(active);
  if (endsAt === Infinity) return;
  await armSweep(ctx, "queue", { delayMs: Math.max(0, endsAt + 1 - Date.now()), target: active.threadId });
}

/** The runs of a thread that wait for their turn, in the order of their turns. */
export const inQueue = (ctx: MutationCtx, threadId: Id<"threads">) =>
  ctx.db
    .query("runs")
    .withIndex("by_queue", (q) =>
      q.eq("threadId", threadId).eq("state.kind", "queued").eq("state.startAt", undefined),
    );

/**
 * The turn of the next run that waits has come, in the transaction that freed the thread. One that cannot begin, its
 * code or its action being gone, ends, and the one after it is next.
 */
export async function promoteNext(ctx: MutationCtx, headId: Id<"threadHeads">): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const head = await ctx.db.get("threadHeads", headId);
    if (head === null || head.removing === true || head.activeRunId !== undefined) return;
    const run = await inQueue(ctx, head.threadId).first();
    if (run === null || (await promote(ctx, head, run))) return;
  }
}

async function promote(ctx: MutationCtx, head: Head, run: Run): Promise<boolean> {
  const left = withoutRun(head, run);
  const place = await placeOf(ctx, head, run);
  if (place === null || isLost(run)) {
    await ctx.db.patch("threadHeads", head._id, left);
    await drop(ctx, run, place === null ? GONE : LOST);
    return false;
  }
  const { changed, firstStep } = place;
  const isInAction = run.engine !== "durable";
  await setRunState(ctx, run, {
    state: { kind: "running" },
    ...(firstStep === PROMPT_STEP + 1 ? {} : { firstStep }),
    ...(isInAction ? { activeAt: Date.now() } : {}),
  });
  await ctx.db.patch("threadHeads", head._id, { ...left, ...changed, activeRunId: run._id });
  const begun: Run = { ...run, state: undefined, ...(isInAction ? { activeAt: Date.now() } : {}) };
  if (await tellBegun(ctx, begun)) {
    if (left.queuedRuns !== undefined) await watchQueue(ctx, begun);
    return true;
  }
  await ctx.db.patch("threadHeads", head._id, { activeRunId: undefined });
  await drop(ctx, begun, MOVED);
  return false;
}

/** Ends a run that has said nothing. */
async function drop(ctx: MutationCtx, run: Run, outcome: RunOutcome): Promise<void> {
  const state = { ...outcome, endedAt: Date.now() };
  await setRunState(ctx, run, { state, activeAt: undefined, isWaiting: undefined });
  await tellEnded(ctx, run);
  await tellRunEnd(ctx, run);
  await logRunEnd(ctx, run, state);
}

type Place = { firstStep: number; changed: Partial<Head> };

/** Where the run begins to write by now, and what of the head that changes; null when its prompt is gone. */
async function placeOf(ctx: MutationCtx, head: Head, { threadId, turn }: Run): Promise<Place | null> {
  const prompt = await findRow(ctx, threadId, { turn, step: PROMPT_STEP });
  if (prompt?.role !== "user") return null;
  const last = await ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", threadId).eq("turn", turn))
    .order("desc")
    .first();
  const firstStep = (last?.step ?? PROMPT_STEP) + 1;
  const place = { turn, nextStep: firstStep };
  const newest = await findNewest(ctx, head);
  const isCovered = newest !== null && comparePositions(newest.to, { turn, step: firstStep }) >= 0;
  const isAgain = firstStep > PROMPT_STEP + 1 || isCovered;
  return { firstStep, changed: isAgain ? await reopened(ctx, head, place) : {} };
}

/** A run without a driver is watched by the code that began it. */
async function tellBegun(ctx: MutationCtx, run: Run): Promise<boolean> {
  if (run.driver === undefined) return true;
  if (run.workflowId !== undefined) {
    const value: Begun = { ended: false };
    return await tellDriver(ctx, run, { kind: "wake", event: BEGUN_EVENT, value });
  }
  const workflowId = await startDriver(ctx, run);
  if (workflowId === null) return false;
  await ctx.db.patch("runs", run._id, { workflowId }); // so that it can be told from one that was abandoned
  return true;
}

/** Wakes the workflow of a run that is ended while it waits for its turn, or goes with its thread. */
export async function tellEnded(ctx: MutationCtx, run: Run): Promise<void> {
  if (stateOf(run).kind !== "queued" || run.workflowId === undefined) return;
  const value: Begun = { ended: true };
  await tellDriver(ctx, run, { kind: "wake", event: BEGUN_EVENT, value });
}
