import { REASON_MAX_BYTES, STEP_MAX_TOOL_CALLS } from "../../shared/limits.js";
import type { PartOf } from "../../validators/content.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { CallWait, ToolCall, ToolCallState } from "../../validators/run.js";
import type { AskedWait, ReservedCall, SavedResult } from "../../validators/turn.js";
import type { Spent } from "../../validators/spent.js";
import { userScope } from "../../shared/scope.js";
import { cutToBytes } from "../../shared/utf8.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { insertMessage, parseParts } from "./messages.js";
import { stepsOf } from "./runRows.js";

/** What a row of `toolCalls` and its result's message take from the run. */
export type CallOwner = Pick<Doc<"runs">, "_id" | "threadId" | "scope" | "turn">;
/** A result as it comes through a door: its part is checked before it is written. */
export type Result = { callId: string; part: unknown; failed: boolean; ms: number; used?: Spent[] };

type Asked = {
  askedBy: number;
  messageId: Id<"messages">;
  calls: readonly ReservedCall[];
  /** What some of them wait for. */
  waits: readonly AskedWait[];
};

/** The rows of the calls that one saved step asked for: to be run, or waiting; those that may not run have their result. */
export async function insertAsked(
  ctx: MutationCtx,
  run: CallOwner,
  { askedBy, messageId, calls, waits }: Asked,
): Promise<void> {
  const owner = { threadId: run.threadId, scope: run.scope, turn: run.turn, messageId };
  const waitOf = new Map(waits.map((wait) => [wait.callId, wait]));
  for (const call of calls) {
    const row = { ...call, runId: run._id, askedBy, owner };
    const { refused, callId: _, ...wait } = waitOf.get(call.callId) ?? { callId: "", runs: true };
    if (refused !== undefined) {
      const { messageId: __, ...settled } = await writeResult(ctx, {
        run,
        call,
        result: refusal(call, refused),
      });
      await ctx.db.insert("toolCalls", { ...row, ...settled });
    } else if (waitOf.has(call.callId))
      await ctx.db.insert("toolCalls", { ...row, wait, ...waitingFrom(wait) });
    else await ctx.db.insert("toolCalls", { ...row, state: { kind: "pending" } });
  }
}

const refusal = ({ callId, toolName }: ReservedCall, refused: NonNullable<AskedWait["refused"]>): Result => ({
  ...{ callId, part: { type: "toolResult", callId, toolName, ...refused }, ms: 0 },
  failed: refused.outputKind === "error",
});

/** Where a call stands when it was just saved. A tool that runs first has its time to be answered in from here on. */
function waitingFrom(wait: CallWait): Pick<Doc<"toolCalls">, "state" | "expiresAt"> {
  if (wait.approvalTimeoutMs !== undefined)
    return { state: { kind: "awaitingApproval" }, expiresAt: Date.now() + wait.approvalTimeoutMs };
  return { state: { kind: wait.runs ? "pending" : "awaitingResult" }, ...answerBy(wait) };
}

/** From now on, until when a result that comes from outside may come. */
export const answerBy = ({ answerTimeoutMs }: CallWait): { expiresAt: number | undefined } => ({
  expiresAt: answerTimeoutMs === undefined ? undefined : Date.now() + answerTimeoutMs,
});

/** True for a call whose result comes from outside. */
export const isLater = ({ wait }: Pick<Doc<"toolCalls">, "wait">): boolean =>
  wait?.answerTimeoutMs !== undefined;

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

/** Settles every call of the last step that has no result yet as interrupted, so that its tool group is whole. */
export async function interruptOpen(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  for (const row of await callsOf(ctx, run._id, stepsOf(run) - 1)) {
    if (isSettled(row.state)) continue;
    await settle(ctx, row, null);
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
  ({
    callId,
    toolName,
    step,
    state,
    ms,
    wait,
    expiresAt,
    answeredBy,
    childRunId,
    ...row
  }: Doc<"toolCalls">): ToolCall => ({
    ...{ callId, toolName, turn, step, state },
    ...(ms === undefined ? {} : { ms }),
    ...(wait === undefined ? {} : { wait }),
    ...(wait === undefined || expiresAt === undefined ? {} : { expiresAt }),
    ...(row.decision === undefined ? {} : { decision: decisionOf(row.decision, row.decidedBy) }),
    ...(answeredBy === undefined ? {} : { answeredBy }),
    ...(childRunId === undefined ? {} : { childRunId }),
  });

function decisionOf(
  { inputHash: _, ...decision }: NonNullable<Doc<"toolCalls">["decision"]>,
  by: string | undefined,
): NonNullable<ToolCall["decision"]> {
  return { ...decision, ...(by === undefined ? {} : { by }) };
}

/** Writes the result of a call at its reserved place, or that it was interrupted. */
export async function settle(
  ctx: MutationCtx,
  row: Doc<"toolCalls">,
  result: Result | null,
): Promise<ToolCallState> {
  const { owner } = row;
  if (owner === undefined) return row.state; // written with its result
  const run = { _id: row.runId, threadId: owner.threadId, turn: owner.turn };
  const { messageId: _, ...settled } = await writeResult(ctx, { run, call: row, result });
  await ctx.db.patch("toolCalls", row._id, settled);
  return settled.state;
}

type Write = { run: Omit<CallOwner, "scope">; call: ReservedCall; result: Result | null };

/** Writes a result at its reserved place; null settles the call as interrupted. Gives what its row is patched with. */
export async function writeResult(
  ctx: MutationCtx,
  { run, call, result }: Write,
): Promise<{ messageId: Id<"messages">; state: ToolCallState; ms?: number }> {
  const part = result === null ? interruptedPart(call) : resultPart(call, result.part);
  const { messageId } = await insertMessage(ctx, {
    threadId: run.threadId,
    turn: run.turn,
    step: call.step,
    role: "tool",
    parts: [part],
    runId: run._id,
  });
  const state = settledAs(part, result);
  return result === null || state.kind === "denied"
    ? { messageId, state }
    : { messageId, state, ms: result.ms };
}

function settledAs(part: PartOf<"toolResult">, result: Result | null): ToolCallState {
  const endedAt = Date.now();
  if (part.outputKind === "interrupted") return { kind: "interrupted", endedAt };
  if (part.outputKind !== "denied") return { kind: result?.failed === true ? "failed" : "done", endedAt };
  const reason = cutToBytes(part.output, REASON_MAX_BYTES);
  return { kind: "denied", endedAt, ...(reason === "" ? {} : { reason }) };
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

/** True for a call that has its result. */
export function isSettled(state: ToolCallState): boolean {
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

/** The newest call of that id: some models number their calls anew in each step. */
export const newestCall = (
  ctx: QueryCtx,
  runId: Id<"runs">,
  callId: string,
): Promise<Doc<"toolCalls"> | null> =>
  ctx.db
    .query("toolCalls")
    .withIndex("by_call", (q) => q.eq("runId", runId).eq("callId", callId))
    .order("desc")
    .first();

/** A call for the tool's own step, which does not read the run. */
export async function findCall(
  ctx: QueryCtx,
  { caller, runId, callId }: { caller: Caller; runId: string; callId: string },
) {
  const id = ctx.db.normalizeId("runs", runId);
  const call = id === null ? null : await newestCall(ctx, id, callId);
  const owner = call?.owner;
  if (call === null || owner === undefined || (caller !== "system" && userScope(caller) !== owner.scope))
    throw memoryError("RUN_NOT_FOUND", "No such tool call of a durable run of this principal.", {
      runId,
      callId,
    });
  return { call, owner };
}
