import { memoryError } from "../../validators/errors.js";
import type { HookHandles } from "../../validators/hook.js";
import type { Caller } from "../../validators/principal.js";
import type { ToolStart } from "../../validators/turn.js";
import type { Spent } from "../../validators/spent.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { tellMessages } from "./hooks.js";
import { wholeParts } from "./messages.js";
import { countDown } from "./runCountdown.js";
import { isActive } from "../../shared/runState.js";
import { findRunToWrite, runNotFound, stateOf } from "./runRows.js";
import { addToRun, recordBeside } from "./runSuperseded.js";
import { findCall, isLater, isSettled, settle, type Result } from "./toolCalls.js";
import { callsIn } from "./turnUsage.js";

type CallArgs = { caller: Caller; runId: string; callId: string };
/** `place`: of the result, as `startTool` gave it. Some models number their calls anew in each step. */
type Placed = { place?: number };

/** True where a later call has the id by now: the one that is meant was settled without its tool. */
const isAnother = ({ step }: Doc<"toolCalls">, { place }: Placed): boolean =>
  place !== undefined && place !== step;

/**
 * Marks the call as started before its tool runs. A tool that may have run is settled, not run again. Behind a later step
 * everything that an earlier one asked has its result, and the id may be that step's: some models number their calls anew.
 */
export async function startTool(
  ctx: MutationCtx,
  args: CallArgs & { askedBy?: number; idempotent: boolean },
): Promise<ToolStart> {
  const run = await findRunToWrite(ctx, args.caller, args.runId);
  if (!isActive(stateOf(run))) return { kind: "ended" };
  const { call, owner } = await findCall(ctx, args);
  if (args.askedBy !== undefined && args.askedBy < call.askedBy) return { kind: "settled" };
  if (call.state.kind === "started" && !args.idempotent) return await leaveStarted(ctx, call, run.hooks);
  if (call.state.kind !== "pending" && call.state.kind !== "started") return { kind: "settled" };
  await ctx.db.patch("toolCalls", call._id, { state: { kind: "started", startedAt: Date.now() } });
  return {
    kind: "execute",
    toolName: call.toolName,
    input: await inputOf(ctx, owner.messageId, call.callId),
    threadId: run.threadId,
    turn: run.turn,
    step: call.step,
    ...(isLater(call) ? { later: true } : {}),
  };
}

/** A tool that may have run does not run again. One that may have asked for its result waits for it. */
async function leaveStarted(
  ctx: MutationCtx,
  call: Doc<"toolCalls">,
  hooks: HookHandles | undefined,
): Promise<ToolStart> {
  if (!isLater(call)) {
    await settle(ctx, call, null);
    await tellMessages(ctx, hooks);
    return { kind: "interrupted" };
  }
  await ctx.db.patch("toolCalls", call._id, { state: { kind: "awaitingResult" } });
  return { kind: "settled" };
}

/**
 * Saves a result at its reserved place; reads neither run nor head, so parallel tools never conflict. Only where a
 * result from outside was awaited is the run told that it need not be, and only what the tool cost is added to it.
 */
export async function saveResult(
  ctx: MutationCtx,
  args: { caller: Caller; runId: string; hooks?: HookHandles } & Result & Placed,
): Promise<{ saved: boolean }> {
  const { call } = await findCall(ctx, args);
  const isLate = isSettled(call.state) || isAnother(call, args);
  await recordCosts(ctx, call, { ...args, isLate });
  if (isLate) return { saved: false };
  await settle(ctx, call, args);
  if (isLater(call)) await countDownLater(ctx, call);
  await tellMessages(ctx, args.hooks);
  return { saved: true };
}

type Costs = { caller: Caller; used?: Spent[]; isLate: boolean };

/** What a tool cost was paid, also where its result comes too late; a result that is saved again adds nothing. */
async function recordCosts(
  ctx: MutationCtx,
  call: Doc<"toolCalls">,
  { caller, used, isLate }: Costs,
): Promise<void> {
  const calls = callsIn({ caller, step: call.askedBy + 1, results: [{ used }] });
  if (calls.length === 0) return;
  const run = await ctx.db.get("runs", call.runId);
  if (run === null) throw runNotFound(call.runId);
  if (isLate) await recordBeside(ctx, run, { caller, calls });
  else await addToRun(ctx, run, { caller, calls });
}

async function countDownLater(ctx: MutationCtx, { runId }: Doc<"toolCalls">): Promise<void> {
  const run = await ctx.db.get("runs", runId);
  if (run !== null) await countDown(ctx, run, { approvals: 0, results: 1 });
}

/** The tool has asked for its result, which comes from outside. False when it is there already, or the call is over. */
export async function awaitAnswer(
  ctx: MutationCtx,
  args: CallArgs & Placed & { used?: Spent[] },
): Promise<{ waiting: boolean }> {
  const { call } = await findCall(ctx, args);
  await recordCosts(ctx, call, { ...args, isLate: call.state.kind !== "started" });
  if (isAnother(call, args) || call.state.kind !== "started" || !isLater(call)) return { waiting: false };
  await ctx.db.patch("toolCalls", call._id, { state: { kind: "awaitingResult" } });
  return { waiting: true };
}

async function inputOf(ctx: QueryCtx, messageId: Id<"messages">, callId: string): Promise<string> {
  const message = await ctx.db.get("messages", messageId);
  if (message === null)
    throw memoryError("MESSAGE_NOT_FOUND", "The message that asked for this tool is gone.", {
      callId,
    });
  for (const part of await wholeParts(ctx, message))
    if (part.type === "toolCall" && part.callId === callId) return part.input;
  throw memoryError("MESSAGE_NOT_FOUND", "The message that asked for this tool was changed.", { callId });
}
