import { STEP_MAX_TOOL_CALLS } from "../../shared/limits.js";
import type { PartOf } from "../../validators/content.js";
import { memoryError } from "../../validators/errors.js";
import type { HookHandles } from "../../validators/hook.js";
import type { Caller } from "../../validators/principal.js";
import type { ToolCall, ToolCallState } from "../../validators/run.js";
import type { ReservedCall, SavedResult, ToolStart } from "../../validators/turn.js";
import { userScope } from "../../shared/scope.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { tellMessages } from "./hooks.js";
import { insertMessage, parseParts, wholeParts } from "./messages.js";
import { findRunToWrite, isActive, stateOf, stepsOf } from "./runRows.js";

/** What a row of `toolCalls` and its result's message take from the run. */
export type CallOwner = Pick<Doc<"runs">, "_id" | "threadId" | "scope" | "turn">;
/** A result as it comes through a door: its part is checked before it is written. */
export type Result = { callId: string; part: unknown; failed: boolean; ms: number };

/** The rows of the calls that one saved step of a durable run asked for, in state `pending`. */
export async function insertPending(
  ctx: MutationCtx,
  run: CallOwner,
  {
    askedBy,
    messageId,
    calls,
  }: { askedBy: number; messageId: Id<"messages">; calls: readonly ReservedCall[] },
): Promise<void> {
  for (const call of calls)
    await ctx.db.insert("toolCalls", {
      ...call,
      runId: run._id,
      askedBy,
      owner: { threadId: run.threadId, scope: run.scope, turn: run.turn, messageId },
      state: { kind: "pending" },
    });
}

/**
 * Settles the calls that an in-action step left open: one row and one message each, at the places that were
 * reserved. A call without a result is settled as interrupted; a result without a call is refused. Gives the ids of
 * the messages.
 */
export async function settleOpenCalls(
  ctx: MutationCtx,
  run: Doc<"runs">,
  results: readonly Result[],
): Promise<SavedResult[]> {
  const calls = run.openCalls ?? [];
  const stray = results.find((result) => calls.every((call) => call.callId !== result.callId));
  if (stray !== undefined)
    throw memoryError("INVALID_ARGUMENT", "A result without an open call: each result is given once.", {
      callId: stray.callId,
    });
  const saved: SavedResult[] = [];
  for (const call of calls) {
    const result = results.find(({ callId }) => callId === call.callId) ?? null;
    const { messageId, ...settled } = await writeResult(ctx, { run, call, result });
    saved.push({ callId: call.callId, messageId });
    await ctx.db.insert("toolCalls", {
      ...call,
      runId: run._id,
      askedBy: stepsOf(run) - 1,
      ...settled,
    });
  }
  return saved;
}

/** Settles every call of a durable step that has no result yet as interrupted, so that its tool group is whole. */
export async function interruptOpen(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  for (const row of await callsOf(ctx, run._id, stepsOf(run) - 1)) {
    if (isSettled(row.state)) continue;
    const { state } = await writeResult(ctx, { run, call: row, result: null });
    await ctx.db.patch("toolCalls", row._id, { state });
  }
}

/** The calls that one model step asked for: at most `STEP_MAX_TOOL_CALLS`. */
export const callsOf = (ctx: QueryCtx, runId: Id<"runs">, askedBy: number): Promise<Doc<"toolCalls">[]> =>
  ctx.db
    .query("toolCalls")
    .withIndex("by_run", (q) => q.eq("runId", runId).eq("askedBy", askedBy))
    .take(STEP_MAX_TOOL_CALLS);

/** A call of a run as the component returns it. */
export const toToolCall =
  ({ turn }: Pick<Doc<"runs">, "turn">) =>
  ({ callId, toolName, step, state, ms }: Doc<"toolCalls">): ToolCall => ({
    ...{ callId, toolName, turn, step, state },
    ...(ms === undefined ? {} : { ms }),
  });

type StartArgs = { caller: Caller; runId: string; callId: string; idempotent: boolean };

/** Marks the call as started before its tool runs. A tool that may have run is settled, not run again. */
export async function startTool(ctx: MutationCtx, args: StartArgs): Promise<ToolStart> {
  const run = await findRunToWrite(ctx, args.caller, args.runId);
  if (!isActive(stateOf(run))) return { kind: "ended" };
  const { call, owner } = await findCall(ctx, args);
  if (isSettled(call.state)) return { kind: "settled" };
  if (call.state.kind === "started" && !args.idempotent) {
    const { state } = await writeResult(ctx, { run, call, result: null });
    await ctx.db.patch("toolCalls", call._id, { state });
    await tellMessages(ctx, run.hooks);
    return { kind: "interrupted" };
  }
  await ctx.db.patch("toolCalls", call._id, { state: { kind: "started", startedAt: Date.now() } });
  return {
    kind: "execute",
    toolName: call.toolName,
    input: await inputOf(ctx, owner.messageId, call.callId),
    turn: run.turn,
    step: call.step,
  };
}

type ResultArgs = { caller: Caller; runId: string; hooks?: HookHandles } & Result;

/** Saves a result at its reserved place; reads neither run nor head, so parallel tools never conflict. */
export async function saveResult(ctx: MutationCtx, args: ResultArgs): Promise<{ saved: boolean }> {
  const { call, owner } = await findCall(ctx, args);
  if (isSettled(call.state)) return { saved: false };
  const run = { _id: call.runId, threadId: owner.threadId, turn: owner.turn };
  const { messageId: _, ...settled } = await writeResult(ctx, { run, call, result: args });
  await ctx.db.patch("toolCalls", call._id, settled);
  await tellMessages(ctx, args.hooks);
  return { saved: true };
}

type Write = { run: Omit<CallOwner, "scope">; call: ReservedCall; result: Result | null };

async function writeResult(
  ctx: MutationCtx,
  { run, call, result }: Write,
): Promise<{ messageId: Id<"messages">; state: ToolCallState; ms?: number }> {
  const { messageId } = await insertMessage(ctx, {
    threadId: run.threadId,
    turn: run.turn,
    step: call.step,
    role: "tool",
    parts: [result === null ? interruptedPart(call) : resultPart(call, result.part)],
    runId: run._id,
  });
  const endedAt = Date.now();
  if (result === null) return { messageId, state: { kind: "interrupted", endedAt } };
  return { messageId, state: { kind: result.failed ? "failed" : "done", endedAt }, ms: result.ms };
}

function resultPart(call: ReservedCall, given: unknown): PartOf<"toolResult"> {
  const [part] = parseParts([given]);
  if (part?.type !== "toolResult" || part.callId !== call.callId)
    throw memoryError("INVALID_ARGUMENT", "The result must be a toolResult part of the same call.", {
      callId: call.callId,
    });
  return part;
}

const interruptedPart = ({ callId, toolName }: ReservedCall): PartOf<"toolResult"> => ({
  type: "toolResult",
  callId,
  toolName,
  outputKind: "interrupted",
  output: "The tool was interrupted; it may or may not have had an effect.",
});

function isSettled(state: ToolCallState): boolean {
  switch (state.kind) {
    case "pending":
    case "awaitingApproval":
    case "awaitingResult":
    case "started":
      return false;
    case "done":
    case "failed":
    case "interrupted":
    case "denied":
      return true;
  }
}

async function findCall(ctx: QueryCtx, { caller, runId, callId }: Omit<StartArgs, "idempotent">) {
  const id = ctx.db.normalizeId("runs", runId);
  const call =
    id === null
      ? null
      : await ctx.db
          .query("toolCalls")
          .withIndex("by_call", (q) => q.eq("runId", id).eq("callId", callId))
          .order("desc") // some models number their calls anew in each step: the newest is meant
          .first();
  const owner = call?.owner;
  if (call === null || owner === undefined || (caller !== "system" && userScope(caller) !== owner.scope))
    throw memoryError("RUN_NOT_FOUND", "No such tool call of a durable run of this principal.", {
      runId,
      callId,
    });
  return { call, owner };
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
