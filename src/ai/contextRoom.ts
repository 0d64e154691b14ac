import type { ActionCtx, BoundMemory, Message } from "../client/index.js";
import { comparePositions, PROMPT_STEP } from "../shared/position.js";
import { compactContext, dueIn } from "./compaction.js";
import type { RunContext } from "./runContext.js";
import type { ResolvedAgent } from "./definition.js";
import { describeError } from "./errors.js";

type Room = { ctx: ActionCtx; memory: BoundMemory; context: RunContext; abortSignal: AbortSignal };

/**
 * Makes room in a run's context before the model is called, where its history is over the agent's trigger: the same at
 * a turn's start and between its steps, in both engines. Calls nothing while there is room. Where it fails, the context
 * stays as it is and is cut to its budget, with a warning. Throws only the reason of `abortSignal`.
 */
export async function makeRoom(
  agent: ResolvedAgent,
  { ctx, memory, context, abortSignal }: Room,
): Promise<string[]> {
  const state = stateOf(agent, context);
  if (state === null) return [];
  const { threadId, runId, turn } = context;
  const { compactionModel: model, maxRetries } = agent;
  try {
    const { summary, prunedTo, changed, warnings } = await compactContext({
      ...{ ctx, memory, threadId, runId, maxRetries, abortSignal },
      ...state,
      keepTurn: turn,
      ...(model === undefined ? {} : { model }),
    });
    if (changed) {
      const { summary: _summary, prunedTo: _prunedTo, ...given } = context.given;
      context.given = {
        ...given,
        ...(summary === null ? {} : { summary }),
        ...(prunedTo === undefined ? {} : { prunedTo }),
      };
      context.history = context.history.filter(
        (message) =>
          summary === null || comparePositions(message, summary.to) > 0 || isPromptOf(turn, message),
      );
    }
    return warnings;
  } catch (error) {
    abortSignal.throwIfAborted();
    return [`The context was not compacted: ${describeError(error)}`];
  }
}

/** A summary that ends inside the turn covers its prompt, which is shown all the same. */
const isPromptOf = (turn: number, message: Message): boolean =>
  message.turn === turn && message.step === PROMPT_STEP;

/** What decides whether a context has room; null for an agent that does not compact. */
function stateOf({ compaction }: ResolvedAgent, { history, given }: Pick<RunContext, "history" | "given">) {
  if (compaction === null) return null;
  const { summary = null, prunedTo, tokenFactor } = given;
  return {
    ...{ history, summary, settings: compaction.settings },
    ...(prunedTo === undefined ? {} : { prunedTo }),
    ...(tokenFactor === undefined ? {} : { tokenFactor }),
  };
}

/** True when the thread, with what the run has said, has no room for another turn: a compaction after the run is due. */
export function isFull(agent: ResolvedAgent, context: Pick<RunContext, "history" | "given">): boolean {
  const state = stateOf(agent, context);
  if (state === null) return false;
  const { isPruned, isSummarised } = dueIn(state);
  return isPruned || isSummarised;
}
