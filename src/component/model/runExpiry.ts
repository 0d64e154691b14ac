import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellMessages } from "./hooks.js";
import { countDown } from "./runCountdown.js";
import { deny } from "./runDecide.js";
import { isActive } from "../../shared/runState.js";
import { stateOf } from "./runRows.js";
import { armTimer, stateWhile } from "./runWaits.js";
import { callsOf, isLater, isSettled, settle } from "./toolCalls.js";
import type { Id } from "../_generated/dataModel.js";

/** What the model is told when nobody decided, and when no result came. */
const NOT_DECIDED = "Nobody decided in time.";
const NOT_ANSWERED = "No result came in time.";

/**
 * The timer of a waiting step: denies what nobody decided in time, settles what nobody answered, and comes back for
 * the next one. Harmless when nothing is due, or the run is over.
 */
export async function expire(ctx: MutationCtx, { runId }: { runId: Id<"runs"> }): Promise<null> {
  const found = await ctx.db.get("runs", runId);
  if (found?.waiting === undefined || !isActive(stateOf(found))) return null;
  // The timer is this very call: what it schedules would be lost if it were canceled.
  const { timer: _, ...waiting } = found.waiting;
  const run = { ...found, waiting };
  const now = Date.now();
  const open = (await callsOf(ctx, runId, waiting.askedBy)).filter(({ state }) => !isSettled(state));
  const due = open.filter(({ expiresAt = Infinity }) => expiresAt <= now);
  let approvals = 0;
  let results = 0;
  for (const call of due) {
    if (call.state.kind === "awaitingApproval") approvals += 1;
    if (isLater(call)) results += 1;
    await settleExpired(ctx, call);
  }
  await ctx.db.patch("runs", runId, { waiting });
  if (approvals + results > 0) await countDown(ctx, run, { approvals, results });
  await rearm(ctx, runId, open);
  await tellMessages(ctx, run.hooks);
  return null;
}

async function settleExpired(ctx: MutationCtx, call: Doc<"toolCalls">): Promise<void> {
  if (call.state.kind === "awaitingApproval")
    return await deny(ctx, { call, kind: "expired", reason: NOT_DECIDED });
  const { callId, toolName } = call;
  const part = { type: "toolResult", callId, toolName, outputKind: "interrupted", output: NOT_ANSWERED };
  await settle(ctx, call, { callId, part, failed: true, ms: 0 });
}

async function rearm(ctx: MutationCtx, runId: Id<"runs">, open: readonly Doc<"toolCalls">[]): Promise<void> {
  const run = await ctx.db.get("runs", runId);
  if (run?.waiting === undefined || stateWhile(run.waiting) === undefined) return;
  const now = Date.now();
  const times = open.map(({ expiresAt = Infinity }) => expiresAt).filter((time) => time > now);
  if (times.length === 0) return;
  const waiting = await armTimer(ctx, { runId, waiting: run.waiting, dueAt: Math.min(...times) });
  await ctx.db.patch("runs", runId, { waiting });
}
