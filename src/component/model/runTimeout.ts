import { SLAB_WAIT_MS } from "../../shared/ledgerLimits.js";
import { WAIT_LOST_MS, WAIT_MAX_MS, WAIT_MAX_SLEEP_MS } from "../../shared/runLimits.js";
import { dueEvent } from "../../shared/runEvents.js";
import { isActive } from "../../shared/runState.js";
import { memoryError } from "../../validators/errors.js";
import type { WaitsFor } from "../../validators/run.js";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { returnDrawn } from "./budgetSettle.js";
import { tellMessages } from "./hooks.js";
import { discardMessage } from "./messages.js";
import { tellDriver } from "./runDriver.js";
import { stateOf, stepsOf } from "./runRows.js";
import { cancelJob } from "./runWaits.js";
import { endStream } from "./streams.js";
import { endRun } from "./turnEnd.js";

type Waiting = { until: number; waitsFor: WaitsFor; workflowId?: string };

/**
 * A durable run that may not ask its model yet waits for a time: its workflow sleeps, and a timer wakes it. Nothing
 * streams meanwhile, and who waits long holds nothing of its budgets. An ended run waits for nothing.
 */
export async function waitForTime(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { until, waitsFor, workflowId }: Waiting,
): Promise<void> {
  checkUntil(run, until);
  if (stateOf(run).kind !== "running") return;
  if (run.startJobId !== undefined) await cancelJob(ctx, run.startJobId);
  await dropStream(ctx, run);
  const startJobId = await armWake(ctx, run._id, until);
  // One that waits for a budget holds nothing; its slab of nothing says what it waits for.
  const isToReturn = waitsFor !== "budget" && until - Date.now() >= SLAB_WAIT_MS;
  const returned = isToReturn ? await returnDrawn(ctx, run) : {};
  const waits = { ...returned, waitsUntil: until, waitsFor, startJobId, streamId: undefined };
  await ctx.db.patch("runs", run._id, { ...waits, workflowId: run.workflowId ?? workflowId });
  await tellMessages(ctx, run.hooks);
}

function checkUntil(run: Doc<"runs">, until: number): void {
  if (!Number.isFinite(until) || until < 0 || until > Date.now() + WAIT_MAX_MS)
    throw memoryError(
      "INVALID_ARGUMENT",
      "`until` must be a time in ms since the epoch, at most a year ahead.",
      {
        field: "until",
        value: String(until),
      },
    );
  if (run.engine !== "durable")
    throw memoryError("INVALID_ARGUMENT", "Only a durable run waits for a time: no action lives that long.", {
      field: "until",
    });
}

/** What the stream was opened for is not asked yet: its row would look as if somebody were writing. */
async function dropStream(ctx: MutationCtx, { streamId }: Doc<"runs">): Promise<void> {
  const stream = streamId === undefined ? null : await ctx.db.get("streams", streamId);
  if (stream === null) return;
  await endStream(ctx, stream, { code: "RUN_WAITS", reason: "The run waits before it asks its model." });
  await discardMessage(ctx, stream.messageId);
}

/** The timer that wakes a run at a time, or looks again on the way. */
export const armWake = (
  ctx: MutationCtx,
  runId: Id<"runs">,
  until: number,
): Promise<Id<"_scheduled_functions">> =>
  ctx.scheduler.runAt(Math.min(until, Date.now() + WAIT_MAX_SLEEP_MS), internal.runs.wakeDue, { runId });

/** The timer of a run that waits for a time. Harmless when the run is over, or waits for a later time. */
export async function wakeDue(ctx: MutationCtx, { runId }: { runId: Id<"runs"> }): Promise<null> {
  const run = await ctx.db.get("runs", runId);
  if (run?.waitsUntil === undefined || run.startJobId === undefined || !isActive(stateOf(run))) return null;
  if (run.waitsUntil > Date.now()) {
    await ctx.db.patch("runs", runId, { startJobId: await armWake(ctx, runId, run.waitsUntil) });
    return null;
  }
  await ctx.db.patch("runs", runId, { startJobId: undefined });
  const due = { kind: "wake" as const, event: dueEvent(stepsOf(run)), value: null };
  if (await tellDriver(ctx, run, due)) return null;
  await endRun(ctx, { ...run, startJobId: undefined }, { outcome: MOVED });
  return null;
}

/** True for a run whose timer should have gone off long ago: somebody has canceled it, or it failed. */
export const isOverdue = ({ waitsUntil = Infinity, startJobId }: Doc<"runs">): boolean =>
  startJobId !== undefined && waitsUntil + WAIT_LOST_MS < Date.now();

const MOVED = {
  kind: "failed",
  code: "RUN_CODE_MOVED",
  message: "The file of the run was moved, or its workflow ended, while it waited before it asked its model.",
} as const;

/** The run asks its model now: what it had waited for is over. */
export async function endWait(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  if (run.waitsUntil === undefined) return;
  if (run.startJobId !== undefined) await cancelJob(ctx, run.startJobId);
  await ctx.db.patch("runs", run._id, { waitsUntil: undefined, waitsFor: undefined, startJobId: undefined });
}
