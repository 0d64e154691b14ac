import type { Principal, ScopeKind } from "../validators/principal.js";

/**
 * Where something is kept: with the user, an agent (`agentName` of the principal), the tenant, or in a thread, which
 * its participants share. The system, who is nobody in particular, names the `owner` it acts for.
 */
export type MemoryScope =
  { scope: Exclude<ScopeKind, "thread">; owner?: Principal } | { scope: "thread"; threadId: string };
