import { PROMPT_STEP } from "../../shared/position.js";
import { isActive } from "../../shared/runState.js";
import { userScope } from "../../shared/scope.js";
import { isMemoryError, memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Run, RunState, RunTotals } from "../../validators/run.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { openThread } from "./threads.js";

/** Where a run stands. */
export const stateOf = (run: Doc<"runs">): RunState => run.state ?? { kind: "running" };

/** What a run has used so far. */
export const totalsOf = (run: Doc<"runs">): RunTotals => ({
  inputTokens: 0,
  outputTokens: 0,
  ...run.totals,
  calls: run.totals?.calls ?? stepsOf(run),
});

/** The totals as they are kept beside so many steps. */
export const keptTotals = ({ calls, ...tokens }: RunTotals, steps: number): Doc<"runs">["totals"] =>
  calls === steps ? tokens : { calls, ...tokens };

/** What a run used, where the runtime cannot count that itself: it knows no prices, and no runs that are nested. */
export function totalsTold(run: Doc<"runs">): { totals?: RunTotals } {
  const { calls, costMicros } = run.totals ?? {};
  return calls === undefined && costMicros === undefined ? {} : { totals: totalsOf(run) };
}

/** Model steps that are saved. */
export const stepsOf = ({ steps = 0 }: Pick<Doc<"runs">, "steps">): number => steps;

/** The next free place in the run's turn. */
export const nextStepOf = ({ nextStep, firstStep = PROMPT_STEP + 1 }: Doc<"runs">): number =>
  nextStep ?? firstStep;

/** The run, or `RUN_NOT_FOUND` when there is none by that id: malformed ids look the same. */
export async function findRun(ctx: QueryCtx, runId: string): Promise<Doc<"runs">> {
  const id = ctx.db.normalizeId("runs", runId);
  const run = id === null ? null : await ctx.db.get("runs", id);
  if (run === null) throw runNotFound(runId);
  return run;
}

/** The run, for the principal that began it: what writes its steps is the code that started it. */
export async function findOwnRun(ctx: QueryCtx, caller: Caller, runId: string): Promise<Doc<"runs">> {
  const run = await findRun(ctx, runId);
  if (caller !== "system" && userScope(caller) !== run.scope) throw runNotFound(runId);
  return run;
}

/**
 * The run, for a step of it. One that a participant began goes on only while they may write in the thread; an owner's
 * run is not asked for that, it would cost each step a read.
 */
export async function findRunToWrite(ctx: QueryCtx, caller: Caller, runId: string): Promise<Doc<"runs">> {
  const run = await findOwnRun(ctx, caller, runId);
  if (run.isGuest !== true || !isActive(stateOf(run))) return run;
  await openThread(ctx, caller, run.threadId, "write").catch((error: unknown) => {
    if (!isMemoryError(error, "THREAD_NOT_FOUND")) throw error;
    throw memoryError("FORBIDDEN", "The user of this run was shut out of its thread: end the run.", {
      runId,
    });
  });
  return run;
}

/** Whoever may open the thread may see its runs; a run of a foreign thread looks like one that is not there. */
export async function openRun(
  ctx: QueryCtx,
  { caller, runId, need }: { caller: Caller; runId: string; need: "read" | "write" },
): Promise<Doc<"runs">> {
  const run = await findRun(ctx, runId);
  await openThread(ctx, caller, run.threadId, need).catch((error: unknown) => {
    throw isMemoryError(error, "THREAD_NOT_FOUND") ? runNotFound(runId) : error;
  });
  return run;
}

/** Missing, foreign and malformed ids look the same. */
export const runNotFound = (runId: string) =>
  memoryError("RUN_NOT_FOUND", "No such run for this principal: check the id and who asks.", { runId });

/** How much it waits for, while it does. */
function waitingOf({ waiting }: Doc<"runs">): Pick<Run, "waiting"> {
  if (waiting === undefined || waiting.approvals + waiting.results === 0) return {};
  return { waiting: { approvals: waiting.approvals, results: waiting.results } };
}

/** Until when it waits, while it does: one that was ended meanwhile keeps it, so that its last step knows. */
function timeOf(run: Doc<"runs">): Pick<Run, "waitsUntil" | "waitsFor"> {
  const { waitsUntil, waitsFor } = run;
  return waitsUntil === undefined || !isActive(stateOf(run)) ? {} : { waitsUntil, waitsFor };
}

/** A row as the component returns it. */
export function toRun(run: Doc<"runs">): Run {
  return {
    runId: run._id,
    threadId: run.threadId,
    turn: run.turn,
    agentName: run.agentName,
    engine: run.engine ?? "action",
    state: stateOf(run),
    steps: stepsOf(run),
    totals: totalsOf(run),
    startedAt: run._creationTime,
    ...(run.workflowId === undefined ? {} : { workflowId: run.workflowId }),
    ...(run.parentRunId === undefined ? {} : { parentRunId: run.parentRunId }),
    ...(run.steering === undefined ? {} : { unreadSteering: run.steering.next - run.steering.from }),
    ...waitingOf(run),
    ...(run.budgets?.exceeded === undefined ? {} : { exceeded: run.budgets.exceeded }),
    ...timeOf(run),
  };
}
