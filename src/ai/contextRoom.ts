import type { ActionCtx, BoundMemory, Message } from "../client/index.js";
import type { CompactionSettings } from "../shared/compactionPlan.js";
import { CONTEXT_MAX_MESSAGES } from "../shared/limits.js";
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
      settings:
        context.first === null ? whereCrowded(agent, state, context.given.isCut === true) : state.settings,
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

/** Share of the messages that a context may hold from which on older ones are summarised whatever their tokens. */
const CROWDED_SHARE = 0.75;
/** Share that stays then. */
const KEPT_SHARE = 0.5;

type Crowd = {
  history: readonly Message[];
  settings: CompactionSettings;
  tokenFactor?: number;
};

/**
 * The settings for a thread of very many short messages: they would leave its contexts by their number, unread by any
 * summary, long before they fill the budget. And for one of few long ones, of which the next did not fit. Only for a
 * run's first call: a long import is caught up with turn by turn.
 */
function whereCrowded(
  { limits: { maxMessages = CONTEXT_MAX_MESSAGES } }: ResolvedAgent,
  { history, settings, tokenFactor = 1 }: Crowd,
  isCut: boolean,
): CompactionSettings {
  const most = Math.min(maxMessages, CONTEXT_MAX_MESSAGES);
  if (!isCut && history.length < most * CROWDED_SHARE) return settings;
  const newest = history.slice(-Math.floor(most * KEPT_SHARE));
  const tokens = newest.reduce((sum, message) => sum + message.tokens, 0) * tokenFactor;
  return { ...settings, triggerTokens: 0, minTokens: 0, keepTokens: Math.min(settings.keepTokens, tokens) };
}

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
