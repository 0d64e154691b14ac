import { userScope } from "../../shared/scope.js";
import type { Caller, ParticipantRole } from "../../validators/principal.js";
import type { MutationCtx } from "../_generated/server.js";
import { findHead } from "./threadAccess.js";
import * as participants from "./threadParticipants.js";
import { endRun } from "./turnEnd.js";

type ParticipantArgs = { caller: Caller; threadId: string; userId: string };

/** Lets a user in or changes the role; who becomes a reader has no run under way any more. */
export async function setParticipant(
  ctx: MutationCtx,
  args: ParticipantArgs & { role: ParticipantRole },
): Promise<null> {
  await participants.setParticipant(ctx, args);
  if (args.role === "reader") await endRunOf(ctx, args);
  return null;
}

/** Shuts a user out, with what a run of theirs has under way. */
export async function removeParticipant(ctx: MutationCtx, args: ParticipantArgs): Promise<null> {
  await participants.removeParticipant(ctx, args);
  await endRunOf(ctx, args);
  return null;
}

/** A run goes on as the user who began it, so it ends when they may no longer write. */
async function endRunOf(ctx: MutationCtx, { threadId, userId }: ParticipantArgs): Promise<void> {
  const head = await findHead(ctx, threadId);
  if (head?.activeRunId === undefined || head.userId === userId) return;
  const run = await ctx.db.get("runs", head.activeRunId);
  if (run === null || run.scope !== userScope({ userId, tenantId: head.tenantId })) return;
  const reason = "The user of the run may no longer write in the thread.";
  await endRun(ctx, run, { outcome: { kind: "canceled", reason } });
}
