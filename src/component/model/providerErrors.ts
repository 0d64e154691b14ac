import { NAME_MAX_CHARACTERS } from "../../shared/limits.js";
import { cutToBytes } from "../../shared/utf8.js";
import type { ProviderError } from "../../validators/providerError.js";

/**
 * The record of a provider's error as it may be kept: its known fields, of bounded length. Undefined for what is none:
 * a run must end whatever is told about it.
 */
export function keptError(told: unknown): ProviderError | undefined {
  if (typeof told !== "object" || told === null) return undefined;
  const { name, statusCode, code, isRetryable, retryAfterMs } = told as Record<string, unknown>;
  if (typeof name !== "string" || typeof isRetryable !== "boolean") return undefined;
  return {
    name: cutToBytes(name, NAME_MAX_CHARACTERS),
    ...(typeof statusCode === "number" ? { statusCode } : {}),
    ...(typeof code === "string" ? { code: cutToBytes(code, NAME_MAX_CHARACTERS) } : {}),
    isRetryable,
    ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
  };
}
