import { CONTEXT_DEFAULT_TOKENS, CONTEXT_MAX_BYTES, CONTEXT_MAX_MESSAGES } from "../../shared/limits.js";
import type { ContextLimits } from "../../validators/turn.js";
import { memoryError } from "../../validators/errors.js";

/** The limits of one context read, after the caller's were clamped to the component's. */
export type ClampedLimits = { maxMessages: number; maxBytes: number; maxTokens: number };

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
