import type { StepResult, ToolSet } from "ai";
import type { ActionCtx, BoundMemory } from "../client/index.js";
import { withinBudget, type Drawn } from "./callBudget.js";
import { RunEnded } from "./cancelWatch.js";
import { ownCode } from "../shared/runLog.js";
import type { CallContext } from "./context.js";
import { DeltaWriter } from "./deltaWriter.js";
import type { ResolvedAgent } from "./definition.js";
import { describeError } from "./errors.js";
import { FileKeeper } from "./fileKeeper.js";
import { withinLimits } from "./limitedCall.js";
import { callModel, type ModelAnswer } from "./modelCall.js";
import { orGiveBack, type Limiting } from "./rateLimits.js";

export type ModelStep = {
  ctx: ActionCtx;
  memory: BoundMemory;
  built: CallContext;
  /** The stream to write to; without it the model is not asked to stream. */
  streamId?: string;
  maxRetries: number;
  /** Aborted here when the stream turns out to have ended: the run was canceled. */
  abort: AbortController;
  /** Called when a write of the stream shows that the run goes on. */
  onAlive?: () => void;
  /** Whose rate limits hold for the call, where the agent has some. */
  limiting?: Limiting;
  /** What the run has drawn of its budgets for the call, where a hard one limits it. */
  drawn?: Drawn | undefined;
};

/**
 * Asks the model once, within the run's budgets and the agent's rate limits, and streams what it says. The same for both engines. Throws
 * `ModelFailure`; everything that was said until then is in the stream by then. Throws `MustWait`, `RATE_LIMITED`,
 * `BUDGET_EXCEEDED` or `PRICE_UNKNOWN` before the model is asked.
 */
export async function takeStep(agent: ResolvedAgent, step: ModelStep): Promise<ModelAnswer> {
  const { ctx, memory, built, limiting, abort, drawn } = step;
  const holding = withinBudget({ ctx, memory, built, model: agent.model, drawn });
  await orGiveBack(holding, agent, { ctx, held: limiting?.held });
  return await withinLimits(agent, { ctx, built, limiting, abortSignal: abort.signal }, () =>
    ask(agent, step),
  );
}

async function ask(agent: ResolvedAgent, step: ModelStep): Promise<ModelAnswer> {
  const { built, maxRetries, abort, streamId } = step;
  const { instructions, messages, prepared } = built;
  if (agent.asked !== undefined) agent.asked.messages = prepared.messages ?? messages;
  const files = new FileKeeper(step.ctx, step.memory);
  const call = { instructions, messages, prepared, files, maxRetries, abortSignal: abort.signal };
  if (streamId === undefined) return withWarnings(await callModel(agent, call), files.warnings);
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
  if (writer.failure === undefined) return withWarnings(answer, files.warnings);
  const failure = describeError(writer.failure);
  step.memory.log(step.ctx, { event: "stream.failed", agentName: agent.name, ...ownCode(failure) });
  return withWarnings(answer, [...files.warnings, `The stream stopped short: ${failure}`]);
}

const withWarnings = (answer: ModelAnswer, warnings: readonly string[]): ModelAnswer =>
  warnings.length === 0 ? answer : { ...answer, warnings: [...answer.warnings, ...warnings] };

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
