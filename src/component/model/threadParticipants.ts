import { checkName } from "../../shared/checkedArguments.js";
import { PARTICIPANTS_MAX } from "../../shared/limits.js";
import { isOwner, userScope } from "../../shared/scope.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller, ParticipantRole, Principal } from "../../validators/principal.js";
import type { Participant } from "../../validators/thread.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { openThread } from "./threadAccess.js";

type ParticipantArgs = { caller: Caller; threadId: string; userId: string };

/** Lets a user of the thread's tenant in, or changes the role. The owner always is one and needs no row. */
export async function setParticipant(
  ctx: MutationCtx,
  args: ParticipantArgs & { role: ParticipantRole },
): Promise<null> {
  checkName("userId", args.userId);
  const head = await openThread(ctx, args.caller, args.threadId, "own");
  const participant = { userId: args.userId, tenantId: head.tenantId };
  if (isOwner(participant, head))
    throw memoryError(
      "INVALID_ARGUMENT",
      "The owner of a thread is no participant: there is no role to set.",
    );
  const rows = await participantsOf(ctx, head);
  const row = rows.find(({ userId }) => userId === args.userId);
  if (row !== undefined) await ctx.db.patch("participants", row._id, { role: args.role });
  else await addParticipant(ctx, { head, participant, role: args.role, others: rows.length });
  return null;
}

type NewParticipant = {
  head: Doc<"threadHeads">;
  participant: Principal;
  role: ParticipantRole;
  others: number;
};

async function addParticipant(
  ctx: MutationCtx,
  { head, participant, role, others }: NewParticipant,
): Promise<void> {
  if (others >= PARTICIPANTS_MAX)
    throw memoryError(
      "INVALID_ARGUMENT",
      `A thread may have ${PARTICIPANTS_MAX} participants: remove one first.`,
    );
  const { userId } = participant;
  await ctx.db.insert("participants", {
    threadId: head.threadId,
    scope: userScope(participant),
    userId,
    role,
  });
  if (head.shared !== true) await ctx.db.patch("threadHeads", head._id, { shared: true });
}

/** Shuts a user out. Owners may remove anyone, everyone may leave; who is not in it is passed over. */
export async function removeParticipant(ctx: MutationCtx, args: ParticipantArgs): Promise<null> {
  const leaves = args.caller !== "system" && args.caller.userId === args.userId;
  const head = await openThread(ctx, args.caller, args.threadId, leaves ? "read" : "own");
  const rows = await participantsOf(ctx, head);
  const row = rows.find(({ userId }) => userId === args.userId);
  if (row === undefined) return null;
  await ctx.db.delete("participants", row._id);
  if (rows.length === 1) await ctx.db.patch("threadHeads", head._id, { shared: undefined });
  return null;
}

/** Who else may open the thread, in the order of their ids: at most `PARTICIPANTS_MAX`. */
export async function listParticipants(
  ctx: QueryCtx,
  args: { caller: Caller; threadId: string },
): Promise<Participant[]> {
  const head = await openThread(ctx, args.caller, args.threadId, "read");
  const rows = await participantsOf(ctx, head);
  return rows.map(({ userId, role }) => ({ userId, role }));
}

const participantsOf = (ctx: QueryCtx, head: Doc<"threadHeads">): Promise<Doc<"participants">[]> =>
  ctx.db
    .query("participants")
    .withIndex("by_thread", (q) => q.eq("threadId", head.threadId))
    .take(PARTICIPANTS_MAX);
