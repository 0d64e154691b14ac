import { SCHEDULE_MAX_SLEEP_MS, SCHEDULED_MAX_RUNS, START_AT_MAX_MS } from "../../shared/runLimits.js";
import { previewOf, textOf } from "../../shared/messageText.js";
import { PROMPT_STEP } from "../../shared/position.js";
import { memoryError } from "../../validators/errors.js";
import type { RunEngine } from "../../validators/run.js";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellMessages } from "./hooks.js";
import { indexText } from "./messageAppend.js";
import { wholeParts } from "./messages.js";
import { findActive } from "./runLost.js";
import { promoteNext, watchQueue, withOneMore } from "./runQueue.js";
import { setRunState } from "./runState.js";
import { findRow } from "./summaryPlaces.js";
import { findHead } from "./threadAccess.js";
import { noteWritten } from "./writtenMessages.js";

/** When a run is to start, or undefined: now. Throws `INVALID_ARGUMENT` for what is no moment or too far ahead. */
export function checkedStart({
  startAt,
  engine,
}: {
  startAt?: number;
  engine: RunEngine;
}): number | undefined {
  if (startAt === undefined) return undefined;
  const now = Date.now();
  if (!Number.isFinite(startAt) || startAt < 0 || startAt > now + START_AT_MAX_MS)
    throw memoryError(
      "INVALID_ARGUMENT",
      "`startAt` must be a time in ms since the epoch, at most a year ahead.",
      { field: "startAt", value: String(startAt) },
    );
  if (engine !== "durable")
    throw memoryError("INVALID_ARGUMENT", "Only a durable run can start later: no action waits that long.", {
      field: "startAt",
    });
  return startAt > now ? startAt : undefined;
}

/** Refuses one scheduled run too many. */
export async function checkScheduled(ctx: MutationCtx, threadId: Id<"threads">): Promise<void> {
  const scheduled = await ctx.db
    .query("runs")
    .withIndex("by_queue", (q) =>
      q.eq("threadId", threadId).eq("state.kind", "queued").gt("state.startAt", 0),
    )
    .take(SCHEDULED_MAX_RUNS);
  if (scheduled.length === SCHEDULED_MAX_RUNS)
    throw memoryError(
      "QUEUE_FULL",
      `The thread has ${SCHEDULED_MAX_RUNS} runs that wait for their time: cancel one, or start this one later.`,
      { maxRuns: SCHEDULED_MAX_RUNS },
    );
}

/** Timers of many runtimes hold 24 days: what is further ahead is looked at on the way. */
export async function schedule(ctx: MutationCtx, runId: Id<"runs">, startAt: number): Promise<void> {
  const at = Math.min(startAt, Date.now() + SCHEDULE_MAX_SLEEP_MS);
  const startJobId = await ctx.scheduler.runAt(at, internal.runs.startDue, { runId });
  await ctx.db.patch("runs", runId, { startJobId });
}

/**
 * The time of a run has come: its prompt is said now, and it joins those that wait for their turn; in an idle thread
 * it begins at once. Nothing happens when it was canceled or went with its thread.
 */
export async function startDue(ctx: MutationCtx, { runId }: { runId: Id<"runs"> }): Promise<null> {
  const run = await ctx.db.get("runs", runId);
  if (run?.state?.kind !== "queued" || run.state.startAt === undefined) return null;
  const { startAt } = run.state;
  if (startAt > Date.now()) {
    await schedule(ctx, runId, startAt);
    return null;
  }
  const found = await findHead(ctx, run.threadId);
  if (found === null || found.removing === true) return null;
  const { head, active } = await findActive(ctx, found);
  const { turn, said } = await sayPrompt(ctx, head, run);
  const noWait = { startJobId: undefined, waitsUntil: undefined, waitsFor: undefined };
  await setRunState(ctx, run, { state: { kind: "queued" }, turn, ...noWait });
  await ctx.db.patch("threadHeads", head._id, { ...said, ...withOneMore(head) });
  await tellMessages(ctx, run.hooks);
  if (active === null) await promoteNext(ctx, head._id);
  else await watchQueue(ctx, active);
  return null;
}

type Said = { turn: number; said: Partial<Doc<"threadHeads">> };

/**
 * A run must see what was said until it starts: where turns were taken meanwhile its prompt moves behind them. Until
 * now nobody could find the prompt, and no context showed it.
 */
async function sayPrompt(ctx: MutationCtx, head: Doc<"threadHeads">, run: Doc<"runs">): Promise<Said> {
  const row = await findRow(ctx, run.threadId, { turn: run.turn, step: PROMPT_STEP });
  if (row?.state?.kind !== "scheduled") return { turn: run.turn, said: {} };
  const turn = head.nextTurn > run.turn + 1 ? head.nextTurn : run.turn;
  await ctx.db.patch("messages", row._id, { turn, state: undefined });
  noteWritten(ctx, row._id);
  const parts = await wholeParts(ctx, row);
  const now = Date.now();
  await indexText(ctx, head, { messageId: row._id, turn, role: "user", parts, at: now });
  await ctx.db.patch("threads", run.threadId, { lastActivityAt: now });
  const preview = { role: "user" as const, text: previewOf(textOf(parts)) };
  return { turn, said: { nextTurn: Math.max(head.nextTurn, turn + 1), preview } };
}
