import { APICallError, RetryError } from "ai";
import { isMemoryError } from "../validators/errors.js";
import type { ProviderError } from "../validators/providerError.js";
import { failureOf, isRetryable, ModelFailure } from "./errors.js";
import { retryAfterOf } from "./retryAfter.js";

/** A word for a kind of error; sentences, keys and what else a provider may answer there are none. */
const WORD = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** What can be kept of an error of a provider or the SDK; undefined for our own errors and for what is no error. */
export function providerErrorOf(error: unknown): ProviderError | undefined {
  if (error instanceof ModelFailure) return providerErrorOf(error.cause);
  if (RetryError.isInstance(error)) return providerErrorOf(error.lastError);
  if (isMemoryError(error) || !(error instanceof Error)) return undefined;
  const answered = APICallError.isInstance(error) ? error : undefined;
  const statusCode = answered?.statusCode;
  const code = codeIn(answered?.data);
  const retryAfterMs = retryAfterOf(error);
  return {
    name: WORD.test(error.name) ? error.name : "Error",
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(code === undefined ? {} : { code }),
    isRetryable: isRetryable(error),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Where providers put it: `{ error: { code, type } }`, or the same without the outer object. */
function codeIn(data: unknown): string | undefined {
  const inner = field(data, "error") ?? data;
  return [field(inner, "code"), field(inner, "type"), field(inner, "status")].find(
    (word): word is string => typeof word === "string" && WORD.test(word),
  );
}

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

type RunFailure = ReturnType<typeof failureOf> & { error?: ProviderError };

/** How a run that failed with `error` is recorded, with what the provider's error was. */
export function runFailure(error: unknown): RunFailure {
  const failure = failureOf(error);
  const record = providerErrorOf(error);
  return record === undefined ? failure : { ...failure, error: record };
}
