import type { ResolvedAgent } from "./definition.js";
import type { Wait } from "./durableWait.js";
import { isRetryable, ModelFailure } from "./errors.js";
import { toTryAgain } from "./lastTry.js";
import { retryAfterOf } from "./retryAfter.js";
import type { StepArgs } from "./stepRecord.js";

/**
 * How a durable step that failed is tried again: behind a wait, or by its workflow, which is thrown the error. Null
 * where the run fails. A step that may have to wait for its turn counts its tries itself, for a workflow begins to count
 * anew behind a wait.
 */
export function retryOf(agent: ResolvedAgent, args: StepArgs, error: unknown): Wait | Error | null {
  const busyMs = retryAfterOf(error);
  if (busyMs !== undefined) return { at: Date.now() + busyMs, reason: "rateLimit" };
  if (!isRetryable(error)) return null;
  const isLimited = agent.rateLimits !== undefined && error instanceof ModelFailure;
  return isLimited ? nextTry(agent, args) : toTryAgain(error);
}

function nextTry({ retry }: ResolvedAgent, { waited }: StepArgs): Wait | null {
  const tries = (waited?.tries ?? 0) + 1;
  if (tries >= retry.maxAttempts) return null;
  const at = Date.now() + retry.initialBackoffMs * retry.base ** (tries - 1);
  return { at, reason: "rateLimit", tries };
}
