import { memoryError } from "../validators/errors.js";
import type { ProviderError } from "../validators/providerError.js";
import { failureOf } from "./errors.js";
import { providerErrorOf } from "./providerError.js";

/**
 * What a step throws so that its workflow tries again. Of the last try the workflow hands on nothing but the text, so
 * the record of the provider's error stands in it.
 */
export function toTryAgain(error: unknown): Error {
  const { message } = failureOf(error);
  return memoryError("MODEL_FAILED", message, { ...providerErrorOf(error) });
}

/** True where that is what a step failed with: it came as far as its model. */
export const isToTryAgain = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('"code":"MODEL_FAILED"');

/** The details of our own error in the text of an error: its data is JSON there, in the order of the names or ours. */
const DETAILS = /"details":(\{[^{}]*\})/;

/** The record that `toTryAgain` put into an error's text, if there is one. */
export function recordIn(text: string): ProviderError | undefined {
  const details = parse(DETAILS.exec(text)?.[1] ?? "");
  const { name, statusCode, code, isRetryable, retryAfterMs } = details;
  if (typeof name !== "string" || typeof isRetryable !== "boolean") return undefined;
  return {
    name,
    ...(typeof statusCode === "number" ? { statusCode } : {}),
    ...(typeof code === "string" ? { code } : {}),
    isRetryable,
    ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
