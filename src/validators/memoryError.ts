import { ConvexError } from "convex/values";
import type { ErrorCode } from "./errors.js";

/** What a caller needs to act on an error: plain values only. */
export type ErrorDetails = Record<string, string | number | boolean | null>;

/** What `ConvexError.data` holds for every error of this package. */
export type MemoryErrorData = { code: ErrorCode; message: string; details: ErrorDetails };

/**
 * The one error shape of this package: a `ConvexError` whose `data` is `{ code, message, details }`.
 * The message says what happened and what to do.
 *
 * @example throw memoryError("THREAD_NOT_FOUND", "No such thread for this principal.", { threadId });
 */
export function memoryError(
  code: ErrorCode,
  message: string,
  details: ErrorDetails = {},
): ConvexError<MemoryErrorData> {
  return new ConvexError({ code, message, details });
}

/**
 * True when `error` is one of ours, also after it crossed the wire; with `code`, only for that code.
 * Guards by data, not by class, so that two copies of the package understand each other.
 *
 * @example if (isMemoryError(error, "RUN_ACTIVE")) await waitForRun(error.data.details.runId);
 */
export function isMemoryError(error: unknown, code?: ErrorCode): error is ConvexError<MemoryErrorData> {
  if (!(error instanceof Error) || !("data" in error)) return false;
  const data: unknown = error.data;
  if (typeof data !== "object" || data === null || !("code" in data) || !("details" in data)) return false;
  return code === undefined || data.code === code;
}
