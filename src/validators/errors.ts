import { ConvexError } from "convex/values";

/** Every code that this package throws. A code is part of the public API: it never changes its meaning. */
export const ERROR_CODES = [
  "AGENT_INVALID",
  "ANSWER_EXPIRED",
  "APPROVAL_DECIDED",
  "APPROVAL_EXPIRED",
  "BLOCK_EXISTS",
  "BLOCK_NOT_FOUND",
  "BLOCK_READ_ONLY",
  "BLOCK_TOO_LARGE",
  "BUDGET_EXCEEDED",
  "BUDGET_NOT_FOUND",
  "CONTEXT_GONE",
  "CONTEXT_TOO_SMALL",
  "CURRENCY_MISMATCH",
  "DOCUMENT_INVALID",
  "DOCUMENT_NOT_FOUND",
  "DOCUMENT_REPLACED",
  "EMBEDDING_FAILED",
  "EXTRACTION_FAILED",
  "FACT_CLOSED",
  "FACT_NOT_FOUND",
  "FILE_IN_USE",
  "FILE_NOT_FOUND",
  "FILE_TOO_LARGE",
  "FILE_TYPE_REFUSED",
  "FORBIDDEN",
  "GENERATION_NOT_FOUND",
  "INVALID_ARGUMENT",
  "MESSAGE_NOT_FOUND",
  "MESSAGE_TOO_LARGE",
  "MODEL_FAILED",
  "NESTING_TOO_DEEP",
  "OPERATION_MISMATCH",
  "OUTPUT_INVALID",
  "PRICE_OVERLAP",
  "PRICE_UNKNOWN",
  "PROMPT_EMPTY",
  "PROMPT_NOT_IN_THREAD",
  "QUEUE_FULL",
  "RATE_LIMITED",
  "RUN_ACTIVE",
  "RUN_CODE_MOVED",
  "RUN_ENDED",
  "RUN_EXPORTS_MISNAMED",
  "RUN_NOT_FOUND",
  "RUN_QUEUED",
  "STEERING_FULL",
  "STREAM_NOT_FOUND",
  "SUMMARY_NOT_FOUND",
  "THREAD_NOT_FOUND",
  "TOOL_CALL_NOT_FOUND",
  "TOOL_CALL_NOT_WAITING",
  "TOOL_NOT_FOUND",
  "TRACE_NOT_FOUND",
  "UNAUTHENTICATED",
  "VERSION_MISMATCH",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

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
