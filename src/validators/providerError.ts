import { v, type VAny } from "convex/values";

/**
 * What a provider's error was, beside its words: enough for an interface to say whether to wait, to sign in or to ask
 * for less. Never its headers, bodies or address, in which keys and prompts stand.
 */
export type ProviderError = {
  /** The error's class, as `AI_APICallError`. */
  name: string;
  /** The HTTP status of the answer, where there was one. */
  statusCode?: number;
  /** The provider's own word for it, as `context_length_exceeded`. */
  code?: string;
  /** Whether the same call may succeed later. */
  isRetryable: boolean;
  /** How long the provider asks to wait, in ms, where it says so: a day at most. */
  retryAfterMs?: number;
};

/**
 * The record where doors and tables have it: opaque there, as parts are, so that none of them spells it out. What comes
 * from outside goes through the model's `keptError` before it is written.
 */
export const vOpaqueError = v.any() as VAny<ProviderError>;
