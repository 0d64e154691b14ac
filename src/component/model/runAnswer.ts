import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { RunState } from "../../validators/run.js";
import type { Answer } from "../../validators/runDriving.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { tellMessages } from "./hooks.js";
import { findComplete, wholeParts } from "./messages.js";
import { countDown } from "./runCountdown.js";
import { callNotFound } from "./runDecide.js";
import { isActive } from "../../shared/runState.js";
import { openRun, stateOf } from "./runRows.js";
import { isLater, newestCall, settle } from "./toolCalls.js";

type AnswerArgs = { caller: Caller; runId: string; callId: string; answer: Answer };

/**
 * Gives the result of a call that is answered from outside, once. Whoever may write in the thread may answer. The same
 * answer again changes nothing.
 */
export async function answer(ctx: MutationCtx, args: AnswerArgs): Promise<{ state: RunState }> {
  const run = await openRun(ctx, { ...args, need: "write" });
  const call = await newestCall(ctx, run._id, args.callId);
  if (call === null) throw callNotFound(run._id, args.callId);
  if (await isRepeated(ctx, call, args.answer)) return { state: stateOf(run) };
  checkOpen(call, run);
  const { callId, toolName } = call;
  const part = { type: "toolResult", callId, toolName, ...args.answer };
  const failed = args.answer.outputKind === "error";
  await settle(ctx, call, { callId, part, failed, ms: Date.now() - call._creationTime });
  const answeredBy = args.caller === "system" ? "system" : args.caller.userId;
  await ctx.db.patch("toolCalls", call._id, { answeredBy });
  const state = await countDown(ctx, run, { approvals: 0, results: 1 });
  await tellMessages(ctx, run.hooks); // last: a hook may do something to the run
  return { state };
}

/** True when the same was answered before, by whomever. */
async function isRepeated(ctx: QueryCtx, call: Doc<"toolCalls">, given: Answer): Promise<boolean> {
  const { owner, answeredBy, step } = call;
  if (answeredBy === undefined || owner === undefined) return false;
  const message = await findComplete(ctx, { threadId: owner.threadId, turn: owner.turn, step });
  const id = message === null ? null : ctx.db.normalizeId("messages", message.messageId);
  const row = id === null ? null : await ctx.db.get("messages", id);
  const [part] = row === null ? [] : await wholeParts(ctx, row);
  return part?.type === "toolResult" && part.outputKind === given.outputKind && part.output === given.output;
}

function checkOpen(call: Doc<"toolCalls">, run: Doc<"runs">): void {
  const { callId, state, expiresAt = Infinity } = call;
  const standing = standingOf(call);
  if (standing === "expired")
    throw memoryError(
      "ANSWER_EXPIRED",
      "The time to answer is over: the model is told that no result came.",
      {
        ...{ callId, expiredAt: expiresAt },
      },
    );
  if (standing === "interrupted" || (standing === "asked" && !isActive(stateOf(run))))
    throw memoryError("RUN_ENDED", "The run ended before the call was answered: nobody reads it any more.", {
      ...{ runId: run._id, callId, state: stateOf(run).kind },
    });
  if (standing === "other")
    throw memoryError("TOOL_CALL_NOT_WAITING", "The call waits for no result from outside.", {
      ...{ callId, state: state.kind, answeredBy: call.answeredBy ?? null },
    });
}

/** Where a call stands to an answer from outside. */
function standingOf(call: Doc<"toolCalls">): "asked" | "expired" | "interrupted" | "other" {
  const { state, expiresAt = Infinity } = call;
  if (!isLater(call)) return "other";
  if (state.kind === "interrupted") return state.endedAt >= expiresAt ? "expired" : "interrupted";
  if (state.kind !== "awaitingResult" && state.kind !== "started") return "other";
  return expiresAt <= Date.now() ? "expired" : "asked";
}
