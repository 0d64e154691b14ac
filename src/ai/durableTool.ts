import type { ActionCtx } from "../client/index.js";
import { toolResultPart } from "../parts/toolResult.js";
import { isMemoryError } from "../validators/errors.js";
import { boundTo } from "./boundTo.js";
import { whileActive } from "./cancelWatch.js";
import type { ResolvedAgent } from "./definition.js";
import { describeError } from "./errors.js";
import { abortWith } from "./modelStep.js";
import { recordSpent } from "./spent.js";
import type { StepArgs, StepCall, StepOutcome } from "./stepRecord.js";
import { executeTool } from "./toolExecution.js";

/**
 * One tool as a step of a workflow, or of an in-action run that waits: `started` is written before the tool runs, its
 * result at the reserved place. A tool that is not idempotent and may have run is told to the model as interrupted; one
 * that answers later has only asked by then.
 */
export async function runToolStep(
  agent: ResolvedAgent,
  ctx: ActionCtx,
  args: Pick<StepArgs, "runId" | "as" | "threadId"> & {
    call: StepCall;
    /** The model step that asked, where another may have been saved meanwhile. */
    place?: number;
    abortSignal?: AbortSignal;
    /** In an action: how often the run had been taken up when it came to it. */
    takeUps?: number;
  },
): Promise<StepOutcome> {
  const { memory, principal } = boundTo(agent, args.as);
  const { runId, call, place: askedBy, takeUps } = args;
  const { callId } = call;
  const idempotent =
    Object.hasOwn(agent.tools, call.toolName) && agent.tools[call.toolName]?.idempotent === true;
  const done: StepOutcome = { calls: [], ended: false, stop: false };
  const started = await memory.turns.startTool(ctx, { runId, callId, askedBy, idempotent }).catch(asEnded);
  if (started.kind !== "execute") return done;
  const { toolName, input, step, threadId, turn } = started;
  const abort = abortWith(args.abortSignal);
  const scope = { ctx, memory, principal, threadId, runId, turn, abortSignal: abort.signal };
  const result = await whileActive({ ctx, memory, runId, abort, takeUps }, () =>
    executeTool(agent.tools, { callId, toolName, input, place: step }, scope),
  );
  if (started.later === true && isLater(agent, toolName) && !result.failed) {
    const { used } = result;
    await memory.turns.awaitAnswer(ctx, {
      runId,
      callId,
      place: step,
      ...(used === undefined ? {} : { used }),
    });
    return done;
  }
  await memory.turns.saveResult(ctx, { runId, place: step, ...result }).catch(async (error: unknown) => {
    if (isMemoryError(error, "RUN_NOT_FOUND") && result.used !== undefined)
      return await recordSpent({ ctx, memory, runId }, result.used); // it went with its thread, and was paid for
    if (!isMemoryError(error)) throw error;
    const part = toolResultPart({
      callId,
      toolName,
      error: `The result could not be kept: ${describeError(error)}`,
    });
    await memory.turns.saveResult(ctx, { runId, place: step, ...result, part, failed: true });
  });
  return done;
}

/** A run that went with its thread, or that is not this user's any more, is over for its tools: the next model step says so. */
function asEnded(error: unknown): { kind: "ended" } {
  if (isMemoryError(error, "RUN_NOT_FOUND") || isMemoryError(error, "FORBIDDEN")) return { kind: "ended" };
  throw error;
}

const isLater = ({ tools }: ResolvedAgent, toolName: string): boolean =>
  Object.hasOwn(tools, toolName) && tools[toolName]?.later !== undefined;
