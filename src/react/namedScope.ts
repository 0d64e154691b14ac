import { memoryError } from "../validators/errors.js";
import type { ScopeKind } from "../validators/principal.js";

/** Where facts and blocks are kept: with the scope `thread` its `threadId`. */
export type ScopeArgs = { scope: ScopeKind; threadId?: string };

/** The scope of a hook that was given one. */
export function named(scope: ScopeArgs | null): ScopeArgs {
  if (scope !== null) return scope;
  throw memoryError("INVALID_ARGUMENT", "The hook was skipped: give it a scope before you write to it.");
}
