import { APICallError, RetryError } from "ai";
import { retryAfterIn } from "../shared/retryAfter.js";

/** Answers of a provider that has no room now: too many requests, not available, overloaded. */
const BUSY = new Set([429, 503, 529]);

/**
 * How long a provider that has no room asks to wait, in ms; undefined where the error is another, or its answer does not
 * say how long.
 */
export function retryAfterOf(error: unknown): number | undefined {
  const answered = busyAnswer(error);
  return answered?.responseHeaders === undefined
    ? undefined
    : retryAfterIn(answered.responseHeaders, Date.now());
}

/** The provider's answer in an error of the SDK, or of ours around it. */
function busyAnswer(error: unknown): APICallError | undefined {
  if (RetryError.isInstance(error)) return busyAnswer(error.lastError);
  if (APICallError.isInstance(error)) return BUSY.has(error.statusCode ?? 0) ? error : undefined;
  return error instanceof Error && error.cause !== undefined && error.cause !== error
    ? busyAnswer(error.cause)
    : undefined;
}
