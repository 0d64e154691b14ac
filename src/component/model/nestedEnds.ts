import { STEP_MAX_TOOL_CALLS } from "../../shared/limits.js";
import { NESTED_END_MAX_WRITES, NESTED_RUNS_PER_STEP } from "../../shared/runLimits.js";
import { textOf } from "../../shared/messageText.js";
import { nestedAnswer, nestedEvent } from "../../shared/nesting.js";
import { addTotals, NO_TOTALS } from "../../shared/runTotals.js";
import type { PartOf } from "../../validators/content.js";
import type { RunTotals } from "../../validators/run.js";
import type { RunOutcome } from "../../validators/runDriving.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { wholeParts } from "./messages.js";
import { tellDriver } from "./runDriver.js";
import { isActive } from "../../shared/runState.js";
import { keptTotals, stateOf, stepsOf, totalsOf } from "./runRows.js";
import { armSweep } from "./sweeps.js";
import { isSettled, writeResult, type Result } from "./toolCalls.js";

/** Ends a run, with all that hangs on it. */
export type EndRun = (run: Doc<"runs">, outcome: RunOutcome) => Promise<unknown>;

const WITH_PARENT: RunOutcome = { kind: "canceled", reason: "The run that asked went on without it." };

/**
 * Ends what the agents that a run's last step asked are still doing, and gives what they used. One range where the
 * step asked agents, none where it did not.
 */
export async function settleNested(ctx: MutationCtx, run: Doc<"runs">, end: EndRun): Promise<RunTotals> {
  if (run.nests !== true) return NO_TOTALS;
  let used = NO_TOTALS;
  for (const child of await childrenOf(ctx, run)) {
    if (isActive(stateOf(child))) await endOrLeave(ctx, child, end);
    const ended = await ctx.db.get("runs", child._id);
    if (ended !== null) used = addTotals(used, totalsOf(ended));
  }
  return used;
}

/** As `settleNested`, for a run that has just ended. */
export async function closeNested(ctx: MutationCtx, runId: Id<"runs">, end: EndRun): Promise<void> {
  const run = await ctx.db.get("runs", runId);
  if (run === null) return;
  const used = await settleNested(ctx, run, end);
  const totals = keptTotals(addTotals(totalsOf(run), used), stepsOf(run));
  await ctx.db.patch("runs", runId, { totals, nests: undefined });
  await passUp(ctx, run, used);
}

const childrenOf = (ctx: QueryCtx, run: Doc<"runs">): Promise<Doc<"runs">[]> =>
  ctx.db
    .query("runs")
    .withIndex("by_parent", (q) => q.eq("parentRunId", run._id).eq("parentStep", stepsOf(run) - 1))
    .take(NESTED_RUNS_PER_STEP);

/** Each end may end further runs below: when the mutation has written much, a sweep goes on. */
async function endOrLeave(ctx: MutationCtx, child: Doc<"runs">, end: EndRun): Promise<void> {
  if (await hasRoom(ctx)) await end(child, WITH_PARENT);
  else await armSweep(ctx, "nested", { delayMs: 0, target: child.parentRunId });
}

async function hasRoom(ctx: MutationCtx): Promise<boolean> {
  const { documentsWritten } = await ctx.meta.getTransactionMetrics();
  return documentsWritten.used < NESTED_END_MAX_WRITES;
}

/** Ends a page of the runs that were left open below an ended one. Gives when to go on, or null. */
export async function sweepNested(ctx: MutationCtx, target: string, end: EndRun): Promise<number | null> {
  const runId = ctx.db.normalizeId("runs", target);
  const children = ctx.db
    .query("runs")
    .withIndex("by_parent", (q) => q.eq("parentRunId", runId ?? target))
    .order("desc");
  for await (const child of children) {
    if (!isActive(stateOf(child))) continue;
    if (!(await hasRoom(ctx))) return Date.now();
    await end(child, WITH_PARENT);
  }
  return null;
}

/**
 * Adds what a run used after the run above had counted it: a call that was in flight when it was ended. Usually
 * nothing is to be done, because the run above counts when it goes on.
 */
export async function passUp(ctx: MutationCtx, run: Doc<"runs">, used: RunTotals): Promise<void> {
  if (run.parentRunId === undefined || (used.calls === 0 && used.inputTokens + used.outputTokens === 0))
    return;
  const parent = await findParent(ctx, run);
  if (parent === null || (parent.nests === true && run.parentStep === stepsOf(parent) - 1)) return;
  const totals = keptTotals(addTotals(totalsOf(parent), used), stepsOf(parent));
  await ctx.db.patch("runs", parent._id, { totals });
  await passUp(ctx, parent, used);
}

async function findParent(ctx: QueryCtx, { parentRunId = "" }: Doc<"runs">): Promise<Doc<"runs"> | null> {
  const id = ctx.db.normalizeId("runs", parentRunId);
  return id === null ? null : await ctx.db.get("runs", id);
}

/**
 * Saves what came of a nested run as the result of the call that asked, and wakes the run that waits for it. Where
 * nobody drives that one any more, it is ended.
 */
export async function answerParent(ctx: MutationCtx, runId: Id<"runs">, end: EndRun): Promise<void> {
  const run = await ctx.db.get("runs", runId);
  const parent = run === null ? null : await findParent(ctx, run);
  if (run?.parentCallId === undefined || parent === null) return; // it went with its thread
  const call = await ctx.db.get("toolCalls", run.parentCallId);
  if (call !== null && !isSettled(call.state)) await saveAnswer(ctx, call, run);
  const isTold = await tellDriver(ctx, parent, { kind: "wake", event: nestedEvent(runId), value: null });
  if (isTold || !isActive(stateOf(parent))) return;
  const message = "The file of the run that asked was moved, or its workflow is gone: ask again.";
  await end(parent, { kind: "failed", code: "RUN_CODE_MOVED", message });
}

async function saveAnswer(ctx: MutationCtx, call: Doc<"toolCalls">, run: Doc<"runs">): Promise<void> {
  if (call.owner === undefined) return; // only calls of durable runs are answered so
  const { threadId, turn } = call.owner;
  const result = await resultOf(ctx, call, run);
  const asker = { _id: call.runId, threadId, turn };
  const { state, ms } = await writeResult(ctx, { run: asker, call, result });
  const isStopped = result.part.outputKind === "interrupted";
  await ctx.db.patch("toolCalls", call._id, {
    state: isStopped ? { kind: "interrupted", endedAt: Date.now() } : state,
    ms,
  });
}

type Answer = Result & { part: PartOf<"toolResult"> };

async function resultOf(
  ctx: QueryCtx,
  { callId, toolName }: Doc<"toolCalls">,
  run: Doc<"runs">,
): Promise<Answer> {
  const state = stateOf(run);
  const ms = Date.now() - run._creationTime;
  const result = (outputKind: PartOf<"toolResult">["outputKind"], output: string): Answer => ({
    ...{ callId, ms, failed: outputKind !== "text" },
    part: { type: "toolResult", callId, toolName, outputKind, output },
  });
  switch (state.kind) {
    case "failed":
      return result("error", `${state.code}: ${state.message}`);
    case "canceled":
      return result("interrupted", stoppedText(run.agentName, state.reason));
    default:
      return result("text", nestedAnswer(await answerOf(ctx, run)));
  }
}

const stoppedText = (agentName: string, reason: string | undefined): string =>
  `${agentName} was stopped before it had answered${reason === undefined ? "." : `: ${reason}`}`;

/** What a run said last, in words; an empty text when it said nothing. */
async function answerOf(ctx: QueryCtx, run: Doc<"runs">): Promise<string> {
  const newest = await ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", run.threadId).eq("turn", run.turn))
    .order("desc")
    .take(STEP_MAX_TOOL_CALLS + 1); // behind an answer stand the results of its own calls at most
  const answer = newest.find(({ role, runId }) => role === "assistant" && runId === run._id);
  return answer === undefined ? "" : textOf(await wholeParts(ctx, answer));
}
