import { threadScope } from "./scope.js";
import { wellFormed } from "./wellFormed.js";

/** The subject that all usage counts for, and the parent of tenants. */
export const EVERYBODY = "*";

/** Whose sums a call counts in: `parent` is a user's tenant, of a tenant everybody. */
export type UsageSubject = { subject: string; parent?: string };

type Payer = { tenantId?: string | undefined; userId: string };

/** A tenant's subject: as `tenantScope`, for whatever a row says. A fold that throws would throw for ever. */
export const tenantSubject = (tenantId = ""): string => `t:${encodeURIComponent(wellFormed(tenantId))}`;

/** A user's: as `userScope`. Without a name it is nobody's, in that tenant. */
export const userSubject = ({ tenantId, userId }: Payer): string =>
  `${tenantSubject(tenantId)}|u:${encodeURIComponent(wellFormed(userId))}`;

/** Everybody, the tenant, the user, and the thread if there is one. */
export function subjectsOf({
  threadId,
  ...payer
}: Payer & { threadId?: string | undefined }): UsageSubject[] {
  const tenant = tenantSubject(payer.tenantId);
  return [
    { subject: EVERYBODY },
    { subject: tenant, parent: EVERYBODY },
    { subject: userSubject(payer), parent: tenant },
    ...(threadId === undefined ? [] : [{ subject: threadScope(threadId) }]),
  ];
}

/** Who a subject is: of a tenant its id, of a user both; nothing where it has no such name. */
export function namedIn(subject: string): { tenantId?: string; userId?: string } {
  const [, tenantId = "", userId = ""] = /^t:([^|]*)(?:\|u:(.*))?$/.exec(subject) ?? [];
  return {
    ...(tenantId === "" ? {} : { tenantId: decodeURIComponent(tenantId) }),
    ...(userId === "" ? {} : { userId: decodeURIComponent(userId) }),
  };
}
