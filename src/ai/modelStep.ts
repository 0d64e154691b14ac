import type { StepResult, ToolSet } from "ai";
import type { ActionCtx, BoundMemory } from "../client/index.js";
import type { CallContext } from "./context.js";
import { DeltaWriter } from "./deltaWriter.js";
import type { ResolvedAgent } from "./definition.js";
import { describeError } from "./errors.js";
import { FileKeeper } from "./fileKeeper.js";
import { callModel, type ModelAnswer } from "./modelCall.js";

export type ModelStep = {
  ctx: ActionCtx;
  memory: BoundMemory;
  built: CallContext;
  /** The stream to write to; without it the model is not asked to stream. */
  streamId?: string;
  maxRetries: number;
  /** Aborted here when the stream turns out to have ended: the run was canceled. */
  abort: AbortController;
};

/**
 * Asks the model once, and streams what it says. The same for both engines. Throws `ModelFailure`; everything that
 * was said until then is in the stream by then.
 */
export async function takeStep(agent: ResolvedAgent, step: ModelStep): Promise<ModelAnswer> {
  const { built, maxRetries, abort, streamId } = step;
  const { instructions, messages, prepared } = built;
  if (agent.asked !== undefined) agent.asked.messages = prepared.messages ?? messages;
  const files = new FileKeeper(step.ctx, step.memory);
  const call = { instructions, messages, prepared, files, maxRetries, abortSignal: abort.signal };
  if (streamId === undefined) return withWarnings(await callModel(agent, call), files.warnings);
  const writer = new DeltaWriter({
    append: (seq, deltas) => step.memory.streams.append(step.ctx, { streamId, seq, deltas }),
    throttleMs: agent.throttleMs,
    onEnded: () => abort.abort(new StreamEnded()),
  });
  let answer: ModelAnswer;
  try {
    answer = await callModel(agent, { ...call, onDelta: (delta) => writer.push(delta) });
  } finally {
    await writer.finish();
  }
  const short =
    writer.failure === undefined ? [] : [`The stream stopped short: ${describeError(writer.failure)}`];
  return withWarnings(answer, [...files.warnings, ...short]);
}

const withWarnings = (answer: ModelAnswer, warnings: readonly string[]): ModelAnswer =>
  warnings.length === 0 ? answer : { ...answer, warnings: [...answer.warnings, ...warnings] };

/** Why a model call was stopped: nobody waits for it any more. */
class StreamEnded extends Error {
  override readonly name = "AbortError";
  override readonly message = "The run ended while the model was answering.";
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
