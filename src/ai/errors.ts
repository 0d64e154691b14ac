import { APICallError, RetryError } from "ai";
import type { Part, Usage } from "../client/index.js";
import { isMemoryError, memoryError } from "../validators/errors.js";
import { retryAfterOf } from "./retryAfter.js";

/** Characters of an error's words that are stored or told to a model: some providers answer with whole pages. */
const ERROR_MAX_CHARACTERS = 2_000;

/** Codes of the SDK's errors that stay the same however often the call is repeated. */
const LASTING_ERRORS = new Set([
  "AI_InvalidArgumentError",
  "AI_InvalidPromptError",
  "AI_LoadAPIKeyError",
  "AI_LoadSettingError",
  "AI_NoSuchModelError",
  "AI_NoSuchProviderError",
  "AI_UnsupportedFunctionalityError",
  "AI_UnsupportedModelVersionError",
]);

/** A call of the model that failed, with what it had said and used by then. */
export class ModelFailure extends Error {
  override readonly name = "ModelFailure";

  constructor(
    override readonly cause: unknown,
    readonly partial: Part[] = [],
    /** Of each request that was paid for. */
    readonly spent: readonly Usage[] = [],
  ) {
    super(describeError(cause));
  }
}

type Lost = { parts: Part[]; usage: Usage; alsoUsed: readonly Usage[] };

/**
 * An answer that could not be saved is lost, but was paid for: its usage goes with the error, and its words too where
 * the component refused them.
 */
export function unsavedAnswer(error: unknown, { parts, usage, alsoUsed }: Lost): ModelFailure {
  const spent = [...alsoUsed, { ...usage, isFailed: true }];
  return new ModelFailure(error, isMemoryError(error) ? parts : [], spent);
}

/** What happened, in words for a person or a model: with the code, where the error has one. */
export function describeError(error: unknown): string {
  return wordsOf(error).slice(0, ERROR_MAX_CHARACTERS);
}

function wordsOf(error: unknown): string {
  if (isMemoryError(error)) return `${error.data.code}: ${error.data.message}`;
  if (RetryError.isInstance(error)) return wordsOf(error.lastError);
  if (
    typeof error === "object" &&
    error !== null &&
    "data" in error &&
    error.data !== undefined &&
    !APICallError.isInstance(error)
  )
    return jsonOf(error.data);
  if (error instanceof Error) return error.message === "" ? error.name : error.message;
  return typeof error === "string" ? error : jsonOf(error);
}

function jsonOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? "Unknown error";
  } catch {
    return "Unknown error";
  }
}

/** How a run that failed with `error` is recorded. */
export function failureOf(error: unknown): { kind: "failed"; code: string; message: string } {
  if (error instanceof ModelFailure) return failureOf(error.cause);
  if (isMemoryError(error)) return { kind: "failed", code: error.data.code, message: error.data.message };
  const code = retryAfterOf(error) === undefined ? "MODEL_FAILED" : "RATE_LIMITED";
  return { kind: "failed", code, message: describeError(error) };
}

/**
 * What the caller of an agent is thrown: our own errors as they are, a provider's that says when to ask again as
 * `RATE_LIMITED`, everything else as `MODEL_FAILED`.
 */
export function toCallerError(error: unknown, details: { agentName: string; runId: string }) {
  if (isMemoryError(error)) return error;
  const retryAfterMs = retryAfterOf(error);
  if (retryAfterMs !== undefined)
    return memoryError(
      "RATE_LIMITED",
      `The provider has no room: ask again in ${Math.ceil(retryAfterMs / 1000)} s. ${describeError(error)}`,
      { ...details, limit: "provider", retryAfterMs },
    );
  return memoryError("MODEL_FAILED", `The model failed: ${describeError(error)}`, details);
}

/** False for errors that a repeated call would only meet again: wrong keys, unknown models, refused input. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof ModelFailure) return isRetryable(error.cause);
  if (RetryError.isInstance(error)) return isRetryable(error.lastError);
  if (APICallError.isInstance(error)) return error.isRetryable;
  if (isMemoryError(error)) return false;
  return !(error instanceof Error && LASTING_ERRORS.has(error.name));
}
