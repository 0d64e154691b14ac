import { memoryError } from "../validators/errors.js";
import type { Caller, Principal, ScopeKind } from "../validators/principal.js";
import { wellFormed } from "./wellFormed.js";

/** One part of a scope; encoded so that no id can imitate a separator. */
const segment = (value: string | undefined): string => (value === undefined ? "" : encodeURIComponent(value));

/** An empty id is a mistake of the app's: everyone it was made for would share one scope. So is half a character. */
function named(field: string, value: string | undefined): string | undefined {
  if (value === "")
    throw memoryError("INVALID_ARGUMENT", `The principal's \`${field}\` is empty.`, { field });
  if (value !== undefined && value !== wellFormed(value))
    throw memoryError("INVALID_ARGUMENT", `The principal's \`${field}\` holds half a surrogate pair.`, {
      field,
    });
  return value;
}

/** The tenant of a principal as a scope: `t:<tenant>`; a principal without a tenant lives in `t:`. */
export const tenantScope = (principal: Pick<Principal, "tenantId">): string =>
  `t:${segment(named("tenantId", principal.tenantId))}`;

/** The user of a principal as a scope, inside its tenant: `t:<tenant>|u:<user>`. */
export const userScope = (principal: Pick<Principal, "tenantId" | "userId">): string =>
  `${tenantScope(principal)}|u:${segment(named("userId", principal.userId))}`;

/** Whose a user's scope is; null for every other scope. The other way round of `userScope`. */
export function principalOf(scope: string): Pick<Principal, "tenantId" | "userId"> | null {
  const [, tenantId = "", userId = ""] = /^t:([^|]*)\|u:([^|]+)$/.exec(scope) ?? [];
  if (userId === "") return null;
  return {
    userId: decodeURIComponent(userId),
    ...(tenantId === "" ? {} : { tenantId: decodeURIComponent(tenantId) }),
  };
}

/** The tenant that a tenant's, a user's or an agent's scope lies in; undefined where that is none. */
export function tenantOf(scope: string): string | undefined {
  const [, tenantId = ""] = /^t:([^|]*)/.exec(scope) ?? [];
  return tenantId === "" ? undefined : decodeURIComponent(tenantId);
}

/** What one agent knows, inside its tenant: `t:<tenant>|a:<agent>`. */
export const agentScope = (principal: Pick<Principal, "tenantId">, agentName: string): string =>
  `${tenantScope(principal)}|a:${segment(named("agentName", agentName))}`;

/** What belongs to one thread: `thread:<id>`. */
export const threadScope = (threadId: string): string => `thread:${threadId}`;

/** True when rows of `scope` are the caller's own, its tenant's or its agent's. */
export function mayUseScope(caller: Caller, scope: string): boolean {
  if (caller === "system") return true;
  if (scope === userScope(caller) || scope === tenantScope(caller)) return true;
  const { agentName = "" } = caller; // who names no agent has no agent's scope
  return agentName !== "" && scope === agentScope(caller, agentName);
}

/** True when `caller` is the user `owner` of the same tenant, or the system. */
export function isOwner(caller: Caller, owner: Pick<Principal, "tenantId" | "userId">): boolean {
  return caller === "system" || userScope(caller) === userScope(owner);
}

/**
 * The caller's scope of a kind. Throws INVALID_ARGUMENT where there is none: a thread is named by its id, the system
 * is nobody in particular, and only a principal with `agentName` has what an agent knows.
 */
export function scopeOf(caller: Caller, kind: ScopeKind): string {
  if (caller === "system" || kind === "thread") {
    throw memoryError("INVALID_ARGUMENT", "Only a principal has a user, agent or tenant scope.", {
      scope: kind,
    });
  }
  if (kind === "user") return userScope(caller);
  if (kind === "tenant") return tenantScope(caller);
  if (caller.agentName !== undefined) return agentScope(caller, caller.agentName);
  throw memoryError("INVALID_ARGUMENT", "The principal names no agent: set `agentName`.", { scope: kind });
}

/** The tenant's scope of a user's: `t:<tenant>|u:<user>` gives `t:<tenant>`. */
export const tenantScopeIn = (scope: string): string => scope.split("|", 1)[0] ?? "";

/** The agent's scope in the tenant of a user's scope: `t:<tenant>|u:<user>` gives `t:<tenant>|a:<agent>`. */
export const agentScopeIn = (scope: string, agentName: string): string =>
  `${tenantScopeIn(scope)}|a:${segment(agentName)}`;
