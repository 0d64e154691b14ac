import { v, type Infer } from "convex/values";

/** Who asks. The app authenticates; the component checks every path against this. */
export const vPrincipal = v.object({
  userId: v.string(),
  tenantId: v.optional(v.string()),
  agentName: v.optional(v.string()),
});
export type Principal = Infer<typeof vPrincipal>;

/** A principal, or the app's own code (crons, sweeps) which passes every check. */
export const vCaller = v.union(vPrincipal, v.literal("system"));
export type Caller = Infer<typeof vCaller>;

/** What a participant of a thread may do: owner ⊃ writer ⊃ reader. */
export const vParticipantRole = v.union(v.literal("owner"), v.literal("writer"), v.literal("reader"));
export type ParticipantRole = Infer<typeof vParticipantRole>;

/** Where a row lives. `thread` needs the thread's id beside it; the others follow from the principal. */
export const vScopeKind = v.union(
  v.literal("thread"),
  v.literal("user"),
  v.literal("agent"),
  v.literal("tenant"),
);
export type ScopeKind = Infer<typeof vScopeKind>;
