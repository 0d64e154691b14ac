import { ConvexError, v, type Infer } from "convex/values";

/** Every code that this package throws. A code is part of the public API: it never changes its meaning. */
// Marked as pure so that pages, which have no use for the validator, load without it.
// prettier-ignore
export const vErrorCode = /* #__PURE__ */ (() => v.union(
  v.literal("AGENT_INVALID"),
  v.literal("ANSWER_EXPIRED"),
  v.literal("APPROVAL_DECIDED"),
  v.literal("APPROVAL_EXPIRED"),
  v.literal("BLOCK_EXISTS"),
  v.literal("BLOCK_NOT_FOUND"),
  v.literal("BLOCK_READ_ONLY"),
  v.literal("BLOCK_TOO_LARGE"),
  v.literal("BUDGET_EXCEEDED"),
  v.literal("BUDGET_NOT_FOUND"),
  v.literal("CONTEXT_GONE"),
  v.literal("CONTEXT_TOO_SMALL"),
  v.literal("CURRENCY_MISMATCH"),
  v.literal("DOCUMENT_INVALID"),
  v.literal("DOCUMENT_NOT_FOUND"),
  v.literal("DOCUMENT_REPLACED"),
  v.literal("EMBEDDING_FAILED"),
  v.literal("EXTRACTION_FAILED"),
  v.literal("FACT_CLOSED"),
  v.literal("FACT_NOT_FOUND"),
  v.literal("FILE_IN_USE"),
  v.literal("FILE_NOT_FOUND"),
  v.literal("FILE_TOO_LARGE"),
  v.literal("FILE_TYPE_REFUSED"),
  v.literal("FORBIDDEN"),
  v.literal("GENERATION_NOT_FOUND"),
  v.literal("INVALID_ARGUMENT"),
  v.literal("MESSAGE_NOT_FOUND"),
  v.literal("MESSAGE_TOO_LARGE"),
  v.literal("MODEL_FAILED"),
  v.literal("NESTING_TOO_DEEP"),
  v.literal("OPERATION_MISMATCH"),
  v.literal("OUTPUT_INVALID"),
  v.literal("PRICE_OVERLAP"),
  v.literal("PRICE_UNKNOWN"),
  v.literal("PROMPT_EMPTY"),
  v.literal("PROMPT_NOT_IN_THREAD"),
  v.literal("QUEUE_FULL"),
  v.literal("RATE_LIMITED"),
  v.literal("RUN_ACTIVE"),
  v.literal("RUN_CODE_MOVED"),
  v.literal("RUN_ENDED"),
  v.literal("RUN_EXPORTS_MISNAMED"),
  v.literal("RUN_NOT_FOUND"),
  v.literal("RUN_QUEUED"),
  v.literal("STEERING_FULL"),
  v.literal("STREAM_NOT_FOUND"),
  v.literal("SUMMARY_NOT_FOUND"),
  v.literal("THREAD_NOT_FOUND"),
  v.literal("TOOL_CALL_NOT_FOUND"),
  v.literal("TOOL_CALL_NOT_WAITING"),
  v.literal("TOOL_NOT_FOUND"),
  v.literal("TRACE_NOT_FOUND"),
  v.literal("UNAUTHENTICATED"),
  v.literal("VERSION_MISMATCH"),
))();
export type ErrorCode = Infer<typeof vErrorCode>;

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
