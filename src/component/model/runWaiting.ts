import { payloadOf } from "./messagePayloads.js";
import type { PartOf } from "../../validators/content.js";
import type { Caller } from "../../validators/principal.js";
import type { OpenCall, Run, ToolCallState, WaitingCall } from "../../validators/run.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { openRun, toRun } from "./runRows.js";
import { callsOf, isSettled } from "./toolCalls.js";

/** A run with the calls that it waits for, and those that were approved and have no result yet. */
export async function withCalls(ctx: QueryCtx, run: Doc<"runs">): Promise<Run> {
  const { waiting } = run;
  if (waiting === undefined) return toRun(run);
  const { askedBy, approvals, results } = waiting;
  const calls = (await callsOf(ctx, run._id, askedBy)).flatMap(openCall);
  return calls.length === 0 ? toRun(run) : { ...toRun(run), waiting: { approvals, results, calls } };
}

function openCall({ callId, toolName, state, wait, decision }: Doc<"toolCalls">): OpenCall[] {
  const kind = waitsFor(state) ?? (decision?.kind === "approved" && !isSettled(state) ? "approved" : null);
  if (kind === null) return [];
  const reason = wait?.requestReason === undefined ? {} : { requestReason: wait.requestReason };
  return [{ callId, toolName, kind, ...reason }];
}

function waitsFor({ kind }: ToolCallState): "approval" | "result" | null {
  if (kind === "awaitingApproval") return "approval";
  return kind === "awaitingResult" ? "result" : null;
}

/** What a run waits for, with what is asked: at most as many as a step may call. */
export async function listWaiting(
  ctx: QueryCtx,
  args: { caller: Caller; runId: string },
): Promise<WaitingCall[]> {
  const run = await openRun(ctx, { ...args, need: "read" });
  if (run.waiting === undefined) return [];
  const rows = await callsOf(ctx, run._id, run.waiting.askedBy);
  const [messageId] = rows.flatMap(({ owner }) => (owner === undefined ? [] : [owner.messageId]));
  const message = messageId === undefined ? null : await ctx.db.get("messages", messageId);
  return message === null ? [] : rows.flatMap((row) => waitingCall(row, message));
}

function waitingCall(
  { callId, toolName, state, expiresAt, wait }: Doc<"toolCalls">,
  message: Doc<"messages">,
): WaitingCall[] {
  const kind = waitsFor(state);
  const index = message.parts.findIndex((part) => part.type === "toolCall" && part.callId === callId);
  const part = message.parts[index];
  if (kind === null || expiresAt === undefined || !isCall(part)) return [];
  const asked = { callId, toolName, kind, input: part.input, isCut: payloadOf(part) !== undefined } as const;
  const { requestReason } = wait ?? {};
  return [
    {
      ...{ ...asked, messageId: message._id, part: index, expiresAt },
      ...(requestReason === undefined ? {} : { requestReason }),
    },
  ];
}

const isCall = (part: Doc<"messages">["parts"][number] | undefined): part is PartOf<"toolCall"> =>
  part?.type === "toolCall";
