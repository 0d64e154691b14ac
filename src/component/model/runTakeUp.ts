import { PROMPT_STEP } from "../../shared/position.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { RunState } from "../../validators/run.js";
import type { TakenUp } from "../../validators/turn.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { findComplete } from "./messages.js";
import { isSilent } from "./runLease.js";
import { isActive } from "../../shared/runState.js";
import { findRunToWrite, stateOf, stepsOf, totalsOf } from "./runRows.js";
import { isSuperseded } from "./runSuperseded.js";
import { stateWhile } from "./runWaits.js";
import { callsOf, toToolCall } from "./toolCalls.js";

type RunArgs = { caller: Caller; runId: string };

/**
 * An action that has nothing left to do for a run lets go of it, so that another takes it up when what it waits for is
 * there. Where that is there already it keeps the run, and goes on: the state says which.
 */
export async function pause(
  ctx: MutationCtx,
  { caller, runId, takeUps }: RunArgs & { takeUps?: number },
): Promise<{ state: RunState; superseded?: boolean }> {
  const run = await findRunToWrite(ctx, caller, runId);
  if (isSuperseded(run, takeUps)) return { state: stateOf(run), superseded: true };
  const { waiting } = run;
  if (waiting !== undefined && isActive(stateOf(run)) && stateWhile(waiting) !== undefined) {
    const { isDriven: _, ...free } = waiting;
    await ctx.db.patch("runs", run._id, { waiting: free });
  }
  return { state: stateOf(run) };
}

/**
 * Takes up an in-action run when what it waited for is there, for one action: a second one is refused with `RUN_ACTIVE`
 * until the first was silent for longer than an action can live. With `force` the caller knows that it is dead; where it
 * was not, it finds that the run is no longer its own, and writes nothing more. So taken up the run may still have to
 * wait: who has run what may run of its step then lets go of it.
 */
export async function takeUp(
  ctx: MutationCtx,
  args: RunArgs & { agentName?: string; force?: boolean },
): Promise<TakenUp> {
  const run = await findRunToWrite(ctx, args.caller, args.runId);
  checkKind(run, args.agentName);
  const { waiting } = run;
  if (!isActive(stateOf(run))) return await found(ctx, run, "ended");
  if (stateOf(run).kind === "queued") return await found(ctx, run, "waiting");
  const drive = driveOf(run, args.force);
  if (drive !== "left" && waiting !== undefined && stateWhile(waiting) !== undefined)
    return await found(ctx, run, "waiting");
  if (drive === "driven")
    throw memoryError("RUN_ACTIVE", "An action is at work on this run: wait for it, or cancel the run.", {
      runId: run._id,
    });
  const taken = waiting === undefined ? {} : { waiting: { ...waiting, isDriven: true } };
  const takeUps = (run.takeUps ?? 0) + 1;
  await ctx.db.patch("runs", run._id, { ...taken, takeUps, activeAt: Date.now() });
  return await found(ctx, { ...run, takeUps }, "taken");
}

/** Whether an action is at work on the run: none that let go of it, one that must have died, or one that may live. */
function driveOf(run: Doc<"runs">, force = false): "free" | "left" | "driven" {
  const { waiting } = run;
  if (waiting !== undefined && waiting.isDriven !== true) return "free";
  return force || isSilent(run) ? "left" : "driven";
}

function checkKind({ _id: runId, engine, agentName }: Doc<"runs">, name: string | undefined): void {
  if (engine === "durable")
    throw memoryError("INVALID_ARGUMENT", "A durable run goes on by itself, when all is decided.", { runId });
  if (name !== undefined && name !== agentName)
    throw memoryError("INVALID_ARGUMENT", `This is a run of "${agentName}": take it up with that agent.`, {
      ...{ runId, agentName },
    });
}

async function found(ctx: MutationCtx, run: Doc<"runs">, kind: TakenUp["kind"]): Promise<TakenUp> {
  const { _id: runId, threadId, turn, waiting } = run;
  const prompt = await findComplete(ctx, { threadId, turn, step: PROMPT_STEP });
  const calls = kind === "taken" && waiting !== undefined ? await callsOf(ctx, runId, waiting.askedBy) : [];
  return {
    ...{ kind, state: stateOf(run), threadId, turn, promptMessageId: prompt?.messageId ?? "" },
    ...{
      steps: stepsOf(run),
      totals: totalsOf(run),
      takeUps: run.takeUps ?? 0,
      calls: calls.map(toToolCall(run)),
    },
    ...(run.steered === undefined ? {} : { steeredAt: run.steered.atStep }),
  };
}
