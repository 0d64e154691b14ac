import { v, type Infer } from "convex/values";

/**
 * What a provider's error was, beside its words: enough for an interface to say whether to wait, to sign in or to ask
 * for less. Never its headers, bodies or address, in which keys and prompts stand.
 */
export const vProviderError = v.object({
  /** The error's class, as `AI_APICallError`. */
  name: v.string(),
  /** The HTTP status of the answer, where there was one. */
  statusCode: v.optional(v.number()),
  /** The provider's own word for it, as `context_length_exceeded`. */
  code: v.optional(v.string()),
  /** Whether the same call may succeed later. */
  isRetryable: v.boolean(),
});
export type ProviderError = Infer<typeof vProviderError>;
