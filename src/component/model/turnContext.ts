import { CONTEXT_DEFAULT_TOKENS, CONTEXT_MAX_BYTES, CONTEXT_MAX_MESSAGES } from "../../shared/limits.js";
import { PROMPT_STEP } from "../../shared/position.js";
import { memoryError } from "../../validators/errors.js";
import type { ContextLimits } from "../../validators/turn.js";
import type { Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import type { ThreadPlace } from "../../validators/thread.js";
import { findComplete, readTail, wholeTurn, type ShownTurn } from "./messages.js";

/** The limits of one context read, after the caller's were clamped to the component's. */
export type ClampedLimits = { maxMessages: number; maxBytes: number; maxTokens: number };

/** The limits in our estimate's tokens, for a thread whose real ones are `factor` times as many. */
export const calibrated = (limits: ClampedLimits, factor = 1): ClampedLimits => ({
  ...limits,
  maxTokens: Math.ceil(limits.maxTokens / factor),
});

/** Takes the caller's limits where they are lower; refuses what is no count. */
export function clampLimits(limits: ContextLimits = {}): ClampedLimits {
  const clamp = (name: keyof ContextLimits, fallback: number, maximum: number): number => {
    const value = limits[name] ?? fallback;
    if (!Number.isInteger(value) || value < 0)
      throw memoryError("INVALID_ARGUMENT", `\`limits.${name}\` must be an integer from 0.`, { value });
    return Math.min(value, maximum);
  };
  return {
    maxMessages: clamp("maxMessages", CONTEXT_MAX_MESSAGES, CONTEXT_MAX_MESSAGES),
    maxBytes: clamp("maxBytes", CONTEXT_MAX_BYTES, CONTEXT_MAX_BYTES),
    maxTokens: clamp("maxTokens", CONTEXT_DEFAULT_TOKENS, Number.MAX_SAFE_INTEGER),
  };
}

/** Of which messages a turn's context is made: those behind `after`, and of the turn those before `unreadFrom`. */
type TurnSpan = { after?: ThreadPlace; unreadFrom?: number };

/**
 * What a run in a turn that has its prompt is shown: the thread up to this turn. Whatever the limits, the turn's
 * prompt and the results that its tools gave last are there, long ones further than elsewhere.
 */
export async function readTurnContext(
  ctx: QueryCtx,
  { threadId, turn, ...span }: { threadId: Id<"threads">; turn: number } & TurnSpan,
  limits: ClampedLimits,
): Promise<ShownTurn> {
  if (limits.maxMessages === 0) return { messages: [], long: [] };
  const ofThread = { ...limits, beforeTurn: turn + 1, keepTurn: turn, ...span };
  const { messages: tail, isCut } = await readTail(ctx, threadId, ofThread);
  const ofTurn = tail.findIndex((message) => message.turn === turn);
  const hasPrompt = tail[ofTurn]?.step === PROMPT_STEP;
  const prompt = hasPrompt ? null : await findComplete(ctx, { threadId, turn, step: PROMPT_STEP });
  const context = prompt === null ? tail : tail.toSpliced(ofTurn < 0 ? tail.length : ofTurn, 0, prompt);
  return { ...(await wholeTurn(ctx, context, turn)), isCut };
}
