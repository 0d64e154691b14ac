import type { ModelMessage, StepResult, ToolSet } from "ai";
import type { ActionCtx, BoundMemory } from "../client/index.js";
import { RunEnded } from "./cancelWatch.js";
import { ownCode } from "../shared/runLog.js";
import { DeltaWriter } from "./deltaWriter.js";
import type { ResolvedAgent } from "./definition.js";
import { describeError } from "./errors.js";
import { callModel, type ModelAnswer } from "./modelCall.js";

export type ModelStep = {
  ctx: ActionCtx;
  memory: BoundMemory;
  instructions: string;
  messages: ModelMessage[];
  /** The stream to write to; without it the model is not asked to stream. */
  streamId?: string;
  maxRetries: number;
  /** Aborted here when the stream turns out to have ended: the run was canceled. */
  abort: AbortController;
  /** Called when a write of the stream shows that the run goes on. */
  onAlive?: () => void;
};

/**
 * Asks the model once, and streams what it says. The same for both engines. Throws `ModelFailure`; everything that
 * was said until then is in the stream by then.
 */
export async function takeStep(agent: ResolvedAgent, step: ModelStep): Promise<ModelAnswer> {
  const { instructions, messages, maxRetries, abort, streamId } = step;
  const call = { instructions, messages, maxRetries, abortSignal: abort.signal };
  if (streamId === undefined) return await callModel(agent, call);
  const writer = new DeltaWriter({
    append: async (seq, deltas) => {
      const { alive } = await step.memory.streams.append(step.ctx, { streamId, seq, deltas });
      if (alive) step.onAlive?.();
      return { alive };
    },
    throttleMs: agent.throttleMs,
    onEnded: () => abort.abort(new RunEnded()),
  });
  let answer: ModelAnswer;
  try {
    answer = await callModel(agent, { ...call, onDelta: (delta) => writer.push(delta) });
  } finally {
    await writer.finish();
  }
  if (writer.failure === undefined) return answer;
  step.memory.log(step.ctx, {
    event: "stream.failed",
    agentName: agent.name,
    ...ownCode(describeError(writer.failure)),
  });
  return {
    ...answer,
    warnings: [...answer.warnings, `The stream stopped short: ${describeError(writer.failure)}`],
  };
}

/** True when one of the agent's stop conditions holds after `steps`. */
export async function isStopMet(agent: ResolvedAgent, steps: StepResult<ToolSet>[]): Promise<boolean> {
  for (const condition of agent.stopConditions) if (await condition({ steps })) return true;
  return false;
}

/** An abort controller that follows the caller's signal. */
export function abortWith(signal: AbortSignal | undefined): AbortController {
  const controller = new AbortController();
  if (signal?.aborted === true) controller.abort(signal.reason);
  signal?.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
  return controller;
}

/** Steps of earlier actions, of which a stop condition may only count how many there were. */
export const unknownSteps = (count: number): StepResult<ToolSet>[] =>
  Array.from({ length: count }, () => knownStep([]));

/** The boundary to the SDK's stop conditions: a step of which only the tool calls are known. */
export const knownStep = (toolCalls: { toolCallId: string; toolName: string }[]): StepResult<ToolSet> =>
  ({ toolCalls, toolResults: [], content: [], text: "" }) as unknown as StepResult<ToolSet>;
