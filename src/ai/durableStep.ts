import type { ActionCtx } from "../client/index.js";
import type { ResolvedAgent } from "./definition.js";
import { runAfterStep, runModelStep } from "./durableModel.js";
import { runToolStep } from "./durableTool.js";
import type { StepArgs, StepCall, StepOutcome } from "./stepRecord.js";

/** One step of a run's workflow, as its arguments say. */
export function runStep(agent: ResolvedAgent, ctx: ActionCtx, args: StepArgs): Promise<StepOutcome> {
  if (args.after === true) return runAfterStep(agent, ctx, args);
  const { call } = args;
  if (call === undefined) return runModelStep(agent, ctx, args);
  const asked = { ...args, call };
  return args.thenModel === true ? runToolThenModel(agent, ctx, asked) : runToolStep(agent, ctx, asked);
}

/** A tool that took longer leaves the call of the model to a step of its own, which has an action's time to itself. */
const TOOL_BEFORE_MODEL_MAX_MS = 60_000;

/**
 * A tool and the call of the model that reads its result, in one action: half the steps of the workflow. Each is saved
 * before the next begins, as if it were a step of its own, so an action that is lost repeats nothing that was saved:
 * the tool then has its result, or the model its answer.
 */
async function runToolThenModel(
  agent: ResolvedAgent,
  ctx: ActionCtx,
  { call, ...args }: StepArgs & { call: StepCall },
): Promise<StepOutcome> {
  const startedAt = Date.now();
  const done = await runToolStep(agent, ctx, { ...args, call });
  if (Date.now() - startedAt > TOOL_BEFORE_MODEL_MAX_MS) return { ...done, unasked: true };
  return await runModelStep(agent, ctx, { ...args, place: args.place + 1 });
}
