import type { ActionCtx, BoundMemory, Principal } from "../client/index.js";
import { toolResultPart } from "../parts/toolResult.js";
import { isMemoryError } from "../validators/errors.js";
import { whileActive } from "./cancelWatch.js";
import type { ResolvedAgent } from "./definition.js";
import { describeError } from "./errors.js";
import { abortWith } from "./modelStep.js";
import type { StepArgs, StepCall, StepOutcome } from "./stepRecord.js";
import { executeTool } from "./toolExecution.js";

/** Who works for an agent, and the memory as it sees it. */
export const bind = (agent: ResolvedAgent, as: Principal): { memory: BoundMemory; principal: Principal } => {
  const principal = { ...as, agentName: as.agentName ?? agent.name };
  return { memory: agent.memory.as(principal), principal };
};

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
  },
): Promise<StepOutcome> {
  const { memory, principal } = bind(agent, args.as);
  const { runId, call, place: askedBy } = args;
  const { callId } = call;
  const idempotent =
    Object.hasOwn(agent.tools, call.toolName) && agent.tools[call.toolName]?.idempotent === true;
  const done: StepOutcome = { calls: [], ended: false, stop: false };
  const started = await memory.turns.startTool(ctx, { runId, callId, askedBy, idempotent }).catch(asEnded);
  if (started.kind !== "execute") return started.kind === "settled" ? { ...done, settled: true } : done;
  const { toolName, input, step, threadId, turn } = started;
  const abort = abortWith(args.abortSignal);
  const scope = { ctx, memory, principal, threadId, runId, turn, abortSignal: abort.signal };
  const result = await whileActive({ ctx, memory, runId, abort }, () =>
    executeTool(agent.tools, { callId, toolName, input, place: step }, scope),
  );
  if (started.later === true && isLater(agent, toolName) && !result.failed) {
    await memory.turns.awaitAnswer(ctx, { runId, callId });
    return done;
  }
  await memory.turns.saveResult(ctx, { runId, ...result }).catch((error: unknown) => {
    if (!isMemoryError(error)) throw error;
    const part = toolResultPart({
      callId,
      toolName,
      error: `The result could not be kept: ${describeError(error)}`,
    });
    return memory.turns.saveResult(ctx, { runId, ...result, part, failed: true });
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
