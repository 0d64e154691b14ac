import type { Caller, Principal } from "../validators/principal.js";

/** One part of a scope; encoded so that no id can imitate a separator. */
const segment = (value: string | undefined): string => (value === undefined ? "" : encodeURIComponent(value));

/** The tenant of a principal as a scope: `t:<tenant>`; a principal without a tenant lives in `t:`. */
export const tenantScope = (principal: Pick<Principal, "tenantId">): string =>
  `t:${segment(principal.tenantId)}`;

/** The user of a principal as a scope, inside its tenant: `t:<tenant>|u:<user>`. */
export const userScope = (principal: Pick<Principal, "tenantId" | "userId">): string =>
  `${tenantScope(principal)}|u:${segment(principal.userId)}`;

/** What one agent knows, inside its tenant: `t:<tenant>|a:<agent>`. */
export const agentScope = (principal: Pick<Principal, "tenantId">, agentName: string): string =>
  `${tenantScope(principal)}|a:${segment(agentName)}`;

/** True when rows of `scope` are the caller's own, its tenant's or its agent's. */
export function mayUseScope(caller: Caller, scope: string): boolean {
  if (caller === "system") return true;
  if (scope === userScope(caller) || scope === tenantScope(caller)) return true;
  return caller.agentName !== undefined && scope === agentScope(caller, caller.agentName);
}

/** True when `caller` is the user `owner` of the same tenant, or the system. */
export function isOwner(caller: Caller, owner: Pick<Principal, "tenantId" | "userId">): boolean {
  return caller === "system" || userScope(caller) === userScope(owner);
}
