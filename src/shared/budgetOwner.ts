import type { BudgetOwner, BudgetParty } from "../validators/budget.js";
import { memoryError } from "../validators/errors.js";
import { checkName } from "./checkedArguments.js";
import { agentScope, tenantScope, threadScope, userScope } from "./scope.js";

/** The fields that name a subject of each kind; all of them must be there. `tenantId` is where the subject lives. */
const NAMED_BY = { tenant: [], user: ["userId"], agent: ["agentName"], thread: ["threadId"] } as const;
const FIELDS = ["tenantId", "userId", "agentName", "threadId"] as const;

/**
 * The subject whose budget is meant. Throws `INVALID_ARGUMENT` for a field too few or too many: a budget that limits
 * somebody else than was meant is worse than none.
 */
export function subjectOf(owner: BudgetOwner): string {
  for (const field of FIELDS) checkField(owner, field);
  const { per, tenantId, userId = "", agentName = "", threadId = "" } = owner;
  const tenant = tenantId === undefined ? {} : { tenantId };
  switch (per) {
    case "tenant":
      return tenantScope(tenant);
    case "user":
      return userScope({ ...tenant, userId });
    case "agent":
      return agentScope(tenant, agentName);
    case "thread":
      return threadScope(threadId);
  }
}

function checkField(owner: BudgetOwner, field: (typeof FIELDS)[number]): void {
  const { per } = owner;
  checkName(field, owner[field]);
  const named: readonly string[] = NAMED_BY[per];
  const isThere = owner[field] !== undefined;
  if (named.includes(field) && !isThere)
    throw memoryError("INVALID_ARGUMENT", `A budget per ${per} needs \`${field}\`.`, { field });
  const isMeant = named.includes(field) || (field === "tenantId" && per !== "thread");
  if (isThere && !isMeant)
    throw memoryError("INVALID_ARGUMENT", `A budget per ${per} is not named by \`${field}\`.`, { field });
}

/** The other way round of `subjectOf`. */
export function ownerOf(per: BudgetParty, subject: string): BudgetOwner {
  if (per === "thread") return { per, threadId: subject.slice(threadScope("").length) };
  const [tenant = "", party = ""] = subject.split("|", 2);
  const tenantId = decodeURIComponent(tenant.slice("t:".length));
  const name = decodeURIComponent(party.slice("u:".length));
  return {
    per,
    ...(tenantId === "" ? {} : { tenantId }),
    ...(per === "user" ? { userId: name } : {}),
    ...(per === "agent" ? { agentName: name } : {}),
  };
}
