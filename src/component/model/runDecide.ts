import { hashText } from "../../shared/canonicalJson.js";
import { REASON_MAX_BYTES, STEP_MAX_TOOL_CALLS } from "../../shared/limits.js";
import { EDITED_INPUT_MAX_BYTES } from "../../shared/runLimits.js";
import { cutToBytes, utf8Bytes } from "../../shared/utf8.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { RunState } from "../../validators/run.js";
import type { CallDecision } from "../../validators/runDriving.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { tellMessages } from "./hooks.js";
import { rewriteInputs } from "./messageInput.js";
import { countDown } from "./runCountdown.js";
import { isActive } from "../../shared/runState.js";
import { openRun, stateOf } from "./runRows.js";
import { armTimer } from "./runWaits.js";
import { answerBy, isLater, newestCall, settle } from "./toolCalls.js";

type DecideArgs = { caller: Caller; runId: string; decisions: CallDecision[] };

/**
 * Decides about calls that wait for it: all of them, or none when one cannot be. Whoever may write in the thread may
 * decide. The same decision again changes nothing.
 */
export async function decide(ctx: MutationCtx, args: DecideArgs): Promise<{ state: RunState }> {
  checkBatch(args.decisions);
  const run = await openRun(ctx, { ...args, need: "write" });
  const by = args.caller === "system" ? "system" : args.caller.userId;
  const open = await openDecisions(ctx, run, args.decisions);
  if (open.length === 0) return { state: stateOf(run) };
  const asked = await editInputs(ctx, open);
  let dueAt = Infinity;
  for (const { call, decision, inputHash } of open)
    if (decision.kind === "deny")
      await deny(ctx, { call, kind: "denied", reason: decision.reason ?? "", by });
    else {
      const expiresAt = await approve(ctx, { call, asked: asked.get(call.callId), inputHash, by });
      dueAt = Math.min(dueAt, expiresAt);
    }
  const results = open.filter(({ call, decision }) => decision.kind === "deny" && isLater(call)).length;
  const state = await countDown(ctx, await timed(ctx, run, dueAt), { approvals: open.length, results });
  await tellMessages(ctx, run.hooks); // last: a hook may do something to the run
  return { state };
}

type Open = { call: Doc<"toolCalls">; decision: CallDecision; inputHash: string | undefined };

/** What is still to be decided of a batch; throws where one of it cannot be. */
async function openDecisions(
  ctx: MutationCtx,
  run: Doc<"runs">,
  decisions: readonly CallDecision[],
): Promise<Open[]> {
  const open: Open[] = [];
  for (const decision of decisions) {
    const call = await newestCall(ctx, run._id, decision.callId);
    if (call === null) throw callNotFound(run._id, decision.callId);
    checkPlace(call, decision);
    const inputHash = await hashOf(decision);
    if (isRepeated(call, decision, inputHash)) continue;
    checkOpen(call, run);
    open.push({ call, decision, inputHash });
  }
  return open;
}

/** A decision that is made again, or late, must not be one about a call that nobody has looked at. */
function checkPlace({ callId, step, state }: Doc<"toolCalls">, { step: meant = step }: CallDecision): void {
  if (meant === step) return;
  throw memoryError(
    "TOOL_CALL_NOT_WAITING",
    "A later call has this id by now: reload what waits, and look at it.",
    { callId, step, state: state.kind },
  );
}

/** The model's own inputs of the calls that are given others: they are of one step, so of one message. */
async function editInputs(ctx: MutationCtx, open: readonly Open[]): Promise<Map<string, string>> {
  const inputs = new Map(
    open.flatMap(({ call: { callId }, decision }) =>
      decision.kind === "approve" && decision.input !== undefined ? [[callId, decision.input]] : [],
    ),
  );
  const messageId = open[0]?.call.owner?.messageId;
  if (inputs.size === 0 || messageId === undefined) return new Map();
  return await rewriteInputs(ctx, { messageId, inputs });
}

/** What was approved and is now awaited may be due before anything else of its step. */
async function timed(ctx: MutationCtx, run: Doc<"runs">, dueAt: number): Promise<Doc<"runs">> {
  const { _id: runId, waiting } = run;
  if (waiting === undefined || dueAt === Infinity) return run;
  return { ...run, waiting: await armTimer(ctx, { runId, waiting, dueAt }) };
}

function checkBatch(decisions: readonly CallDecision[]): void {
  const callIds = new Set(decisions.map(({ callId }) => callId));
  if (decisions.length === 0 || decisions.length > STEP_MAX_TOOL_CALLS || callIds.size < decisions.length)
    throw memoryError("INVALID_ARGUMENT", `Decide about 1 to ${STEP_MAX_TOOL_CALLS} calls, once each.`, {
      decisions: decisions.length,
    });
  for (const decision of decisions) if (decision.kind === "approve") checkInput(decision);
}

function checkInput({ callId, input }: { callId: string; input?: string }): void {
  if (input === undefined) return;
  const bytes = utf8Bytes(input);
  if (bytes > EDITED_INPUT_MAX_BYTES)
    throw memoryError("INVALID_ARGUMENT", `An edited input may have ${EDITED_INPUT_MAX_BYTES} bytes.`, {
      ...{ callId, bytes, maxBytes: EDITED_INPUT_MAX_BYTES },
    });
  try {
    JSON.parse(input);
  } catch {
    throw memoryError("INVALID_ARGUMENT", "The edited input must be JSON text.", { callId });
  }
}

const hashOf = async (decision: CallDecision): Promise<string | undefined> =>
  decision.kind === "approve" && decision.input !== undefined ? await hashText(decision.input) : undefined;

/** True when it was decided alike before, by whomever. Another decision comes too late, and is told who was first. */
function isRepeated(
  { callId, decision, decidedBy, expiresAt }: Doc<"toolCalls">,
  { kind }: CallDecision,
  inputHash: string | undefined,
): boolean {
  if (decision === undefined) return false;
  if (decision.kind === "expired") throw approvalExpired(callId, expiresAt ?? decision.at);
  const isSame = kind === "approve" ? decision.kind === "approved" : decision.kind === "denied";
  if (isSame && decision.inputHash === inputHash) return true;
  throw memoryError("APPROVAL_DECIDED", `The call was ${decision.kind} before: reload what waits.`, {
    ...{ callId, decision: decision.kind, decidedBy: decidedBy ?? null, decidedAt: decision.at },
  });
}

function checkOpen({ callId, wait, state, expiresAt }: Doc<"toolCalls">, run: Doc<"runs">): void {
  if (wait?.approvalTimeoutMs === undefined)
    throw memoryError("TOOL_CALL_NOT_WAITING", "The call needs no approval.", { callId, state: state.kind });
  if (!isActive(stateOf(run)) || state.kind !== "awaitingApproval")
    throw memoryError(
      "RUN_ENDED",
      "The run ended before the call was decided: nothing of it runs any more.",
      {
        ...{ runId: run._id, callId, state: stateOf(run).kind },
      },
    );
  if (expiresAt !== undefined && expiresAt <= Date.now()) throw approvalExpired(callId, expiresAt);
}

const approvalExpired = (callId: string, expiredAt: number) =>
  memoryError("APPROVAL_EXPIRED", "The time to decide is over: the model is told that nobody did.", {
    callId,
    expiredAt,
  });

/** Calls that are written with their results, and those that never were, look the same. */
export const callNotFound = (runId: string, callId: string) =>
  memoryError("TOOL_CALL_NOT_FOUND", "The run has no such tool call: check `callId`.", { runId, callId });

type Approval = {
  call: Doc<"toolCalls">;
  /** What the model had asked for, where that was edited. */
  asked: string | undefined;
  inputHash: string | undefined;
  by: string;
};

/** Gives until when its result must come from outside, where that is awaited from now on. */
async function approve(ctx: MutationCtx, { call, asked, inputHash, by }: Approval): Promise<number> {
  const runs = call.wait?.runs !== false;
  // A tool that runs has its time when all of the step are decided.
  const expiresAt = runs || call.wait === undefined ? undefined : answerBy(call.wait).expiresAt;
  await ctx.db.patch("toolCalls", call._id, {
    state: { kind: runs ? "pending" : "awaitingResult" },
    expiresAt,
    decidedBy: by,
    decision: {
      ...{ kind: "approved" as const, at: Date.now() },
      ...(asked === undefined ? {} : { askedInput: cutToBytes(asked, EDITED_INPUT_MAX_BYTES) }),
      ...(inputHash === undefined ? {} : { inputHash }),
    },
  });
  return expiresAt ?? Infinity;
}

type Denial = { call: Doc<"toolCalls">; kind: "denied" | "expired"; reason: string; by?: string };

/** The model is told the reason, at the place that was reserved for the result. */
export async function deny(ctx: MutationCtx, { call, kind, reason: given, by }: Denial): Promise<void> {
  const reason = cutToBytes(given, REASON_MAX_BYTES);
  const { callId, toolName } = call;
  const part = { type: "toolResult", callId, toolName, outputKind: "denied", output: reason };
  await settle(ctx, call, { callId, part, failed: false, ms: 0 });
  await ctx.db.patch("toolCalls", call._id, {
    ...(by === undefined ? {} : { decidedBy: by }),
    decision: { kind, at: Date.now(), ...(reason === "" ? {} : { reason }) },
  });
}
