import {
  ACTIVITY_RESOLUTION_MS,
  MESSAGE_MAX_PARTS,
  NAME_MAX_CHARACTERS,
  REASON_MAX_BYTES,
} from "../../shared/limits.js";
import { previewOf, textOf } from "../../shared/messageText.js";
import { addTotals } from "../../shared/runTotals.js";
import { closeLog } from "../../shared/runLog.js";
import { cutToBytes } from "../../shared/utf8.js";
import { PROMPT_STEP } from "../../shared/position.js";
import type { Part } from "../../validators/content.js";
import type { ContextCall } from "../../validators/contextGiven.js";
import type { Caller } from "../../validators/principal.js";
import type { RunState, RunTotals } from "../../validators/run.js";
import type { RunOutcome } from "../../validators/runDriving.js";
import type { Usage } from "../../validators/usage.js";
import type { Spent } from "../../validators/spent.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { returnDrawn, settleUsed } from "./budgetSettle.js";
import { keepContext, keepLateContext } from "./contextTraces.js";
import { tellMessages, tellRunEnd } from "./hooks.js";
import { discardMessage, insertMessage, parseParts, partsThatFit, replaceMessage } from "./messages.js";
import { answerParent, closeNested, passUp, type EndRun } from "./nestedEnds.js";
import { findHead } from "./threadAccess.js";
import { keptError } from "./providerErrors.js";
import { isActive } from "../../shared/runState.js";
import { findOwnRun, keptTotals, nextStepOf, stateOf, stepsOf, totalsOf, totalsTold } from "./runRows.js";
import { promoteNext, tellEnded, withoutRun } from "./runQueue.js";
import { setRunState } from "./runState.js";
import { logRunEnd } from "./runTransitions.js";
import { isSuperseded, recordSuperseded } from "./runSuperseded.js";
import { stopWaiting } from "./runWaits.js";
import { hasUnanswered } from "./steering.js";
import { endStream, foldStream, type StreamFailure } from "./streams.js";
import { interruptOpen, settleOpenCalls, type Result } from "./toolCalls.js";
import { unrecorded } from "./turnRecorded.js";
import { callsIn, keepLate, recordRunCalls } from "./turnUsage.js";
import { armFold } from "./foldArming.js";

export type EndArgs = {
  caller: Caller;
  runId: string;
  outcome: RunOutcome;
  /** Goes on instead when messages came that the run has not answered. */
  unlessSteered?: boolean;
  partial?: unknown[];
  results?: Result[];
  usage?: Usage;
  alsoUsed?: Spent[];
  context?: ContextCall;
  /** Of an action: how often the run had been taken up when it came to it. */
  takeUps?: number;
};

/**
 * Ends a run other than by its last step. Ending an ended run changes nothing but the ledger, where a call that was
 * under way meanwhile is still to be recorded; repeating it changes nothing.
 */
export async function end(ctx: MutationCtx, args: EndArgs): Promise<Ended> {
  const run = await findOwnRun(ctx, args.caller, args.runId);
  if (isSuperseded(run, args.takeUps)) {
    await recordSuperseded(ctx, run, { ...args, step: stepsOf(run), isEnd: true });
    return { state: stateOf(run), ended: false, superseded: true };
  }
  const partial =
    args.partial === undefined ? undefined : parseParts(args.partial.slice(0, MESSAGE_MAX_PARTS));
  const ended = await endAndTell(ctx, run, { ...args, partial });
  return args.takeUps === undefined ? ended : { ...ended, ...(await totalsAfter(ctx, run)) };
}

/** For the action that gives its caller a result. */
async function totalsAfter(ctx: MutationCtx, { _id }: Doc<"runs">): Promise<Pick<Ended, "totals">> {
  const run = await ctx.db.get("runs", _id);
  return run === null ? {} : totalsTold(run);
}

/** `ended` where this very call ended it; `superseded` where it may not, because another action has the run. */
export type Ended = { state: RunState; ended: boolean; superseded?: boolean; totals?: RunTotals };

/** As `endRun`, with what the run came to. */
export async function endAndTell(ctx: MutationCtx, run: Doc<"runs">, ending: Ending): Promise<Ended> {
  const state = await endRun(ctx, run, ending);
  closeLog(ctx);
  return { state, ended: isActive(stateOf(run)) && !isActive(state) };
}

export type Ending = {
  outcome: RunOutcome;
  unlessSteered?: boolean;
  partial?: Part[];
  results?: Result[];
  usage?: Usage;
  alsoUsed?: Spent[];
  caller?: Caller;
  context?: ContextCall;
  /** Another run takes the thread in this transaction: none that waits is promoted. */
  replaced?: boolean;
};

/** As `end`, for a run row that was checked before. */
export async function endRun(ctx: MutationCtx, run: Doc<"runs">, ending: Ending): Promise<RunState> {
  const used = await recordLastCalls(ctx, run, ending);
  const counted = used === null ? {} : await countUsed(ctx, run, used);
  if (!isActive(stateOf(run))) {
    if (used !== null) await keepLate(ctx, run, counted);
    await keepLateContext(ctx, run, ending.context);
    return stateOf(run);
  }
  if (ending.unlessSteered === true && hasUnanswered(run))
    return await goOn(ctx, run, { ...ending, counted });
  const outcome = shortened(ending.outcome);
  if (run.engine === "durable" || run.waiting !== undefined) await interruptOpen(ctx, run);
  else await settleOpenCalls(ctx, run, ending.results ?? []);
  const kept = await keepPartial(ctx, run, { ...ending, outcome });
  if (kept.messages > 0) await keepContext(ctx, run, { step: nextStepOf(run), context: ending.context });
  const endedAt = Date.now();
  const state: RunState = { ...outcome, endedAt };
  const ended = { ...run, ...counted, nextStep: nextStepOf(run) + kept.messages };
  const head = await findHead(ctx, run.threadId);
  const preview = previewOf(textOf(kept.parts));
  await closeRun(ctx, { run: ended, head, state, preview, replaced: ending.replaced });
  await tellEnded(ctx, run);
  return state;
}

/** What the row says with the last call. */
async function countUsed(ctx: MutationCtx, run: Doc<"runs">, used: RunTotals): Promise<Partial<Doc<"runs">>> {
  await passUp(ctx, run, used);
  const totals = keptTotals(addTotals(totalsOf(run), used), stepsOf(run));
  return { totals, ...(await settleUsed(ctx, run, used)) };
}

/** The tools of the last step are done, and there is more to read: the run is not over. */
async function goOn(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { results = [], counted }: Pick<Ending, "results"> & { counted: Partial<Doc<"runs">> },
): Promise<RunState> {
  if (run.openCalls === undefined) {
    if (Object.keys(counted).length > 0) await ctx.db.patch("runs", run._id, counted);
    return stateOf(run);
  }
  await settleOpenCalls(ctx, run, results);
  await ctx.db.patch("runs", run._id, { ...counted, openCalls: undefined, activeAt: Date.now() });
  await tellMessages(ctx, run.hooks);
  return stateOf(run);
}

/**
 * What the calls used that were under way, or null. An end that is repeated adds nothing, nor does one that follows on a
 * save which came through although it seemed to have failed.
 */
async function recordLastCalls(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { caller = "system", ...ending }: Ending,
): Promise<RunTotals | null> {
  const calls = callsIn({ ...ending, caller, step: stepsOf(run) });
  const own = ending.usage !== undefined && isActive(stateOf(run)) ? calls.splice(-1) : []; // nobody saved this one
  const left = [...(await unrecorded(ctx, run, { calls, isEnd: true })), ...own];
  return left.length === 0 ? null : await recordRunCalls(ctx, run, { caller, calls: left });
}

/** Why a run ended is told in a line or two: what comes from outside may be of any length. */
function shortened(outcome: RunOutcome): RunOutcome {
  switch (outcome.kind) {
    case "completed":
      return outcome;
    case "failed": {
      const code = cutToBytes(outcome.code, NAME_MAX_CHARACTERS);
      const { error: told, ...rest } = outcome;
      const error = keptError(told);
      const message = cutToBytes(outcome.message, REASON_MAX_BYTES);
      return { ...rest, code, message, ...(error === undefined ? {} : { error }) };
    }
    case "canceled":
      return outcome.reason === undefined
        ? outcome
        : { ...outcome, reason: cutToBytes(outcome.reason, REASON_MAX_BYTES) };
  }
}

/** What was said before a failure stays as a failed message; an empty placeholder goes. */
async function keepPartial(
  ctx: MutationCtx,
  run: Doc<"runs">,
  ending: Ending,
): Promise<{ messages: number; parts: Part[] }> {
  const { outcome } = ending;
  const failure = failureOf(outcome);
  const stream = run.streamId === undefined ? null : await ctx.db.get("streams", run.streamId);
  const said = ending.partial ?? (stream === null ? [] : await foldStream(ctx, stream._id));
  const parts = await partsThatFit(said);
  const state = failure === null ? { kind: "complete" as const } : { kind: "failed" as const, ...failure };
  if (stream !== null) {
    await endStream(ctx, stream, failure ?? undefined);
    if (parts.length === 0) await discardMessage(ctx, stream.messageId);
    else await replaceMessage(ctx, stream.messageId, { parts, state });
  } else if (parts.length > 0) {
    const place = { threadId: run.threadId, turn: run.turn, step: nextStepOf(run) };
    const message = { role: "assistant" as const, parts, state, runId: run._id, agentName: run.agentName };
    await insertMessage(ctx, { ...place, ...message });
  }
  return { messages: parts.length === 0 ? 0 : 1, parts };
}

function failureOf(outcome: RunOutcome): StreamFailure | null {
  switch (outcome.kind) {
    case "completed":
      return null;
    case "failed":
      return {
        code: outcome.code,
        reason: outcome.message,
        ...(outcome.error === undefined ? {} : { error: outcome.error }),
      };
    case "canceled":
      return { code: "RUN_CANCELED", reason: outcome.reason ?? "The run was canceled." };
  }
}

type Closing = {
  run: Doc<"runs">;
  head: Doc<"threadHeads"> | null;
  state: RunState;
  preview: string;
  tokenFactor?: number;
  replaced?: boolean;
};

/**
 * Writes the run's end, frees its thread and lets the next run that waits begin; `head` is null when the thread is
 * being removed.
 */
export async function closeRun(
  ctx: MutationCtx,
  { run, head, state, preview, tokenFactor, replaced = false }: Closing,
): Promise<void> {
  const { steps, totals, nests } = run;
  const nextStep = nextStepOf(run);
  const open = {
    openCalls: undefined,
    streamId: undefined,
    isWaiting: undefined,
    waiting: undefined,
    startJobId: undefined,
  };
  await stopWaiting(ctx, run);
  const { budgets } = run;
  const settled = budgets === undefined ? {} : { budgets, ...(await returnDrawn(ctx, run)) };
  await setRunState(ctx, run, {
    ...settled,
    state,
    steps,
    nextStep,
    totals,
    nests,
    activeAt: undefined,
    steering: undefined, // what was not read stays in the thread
    ...open,
  });
  await armFold(ctx);
  if (nests === true) await closeNested(ctx, run._id, endNested(ctx));
  if (run.parentCallId !== undefined) await answerParent(ctx, run._id, endNested(ctx));
  const isItsThread = head?.activeRunId === run._id;
  if (head !== null) await freeHead(ctx, { run, head, preview, tokenFactor });
  await tellRunEnd(ctx, run);
  await logRunEnd(ctx, run, state);
  if (head !== null && isItsThread && head.queuedRuns !== undefined && !replaced)
    await promoteNext(ctx, head._id);
}

/** How the end of one run ends those that are nested in it, or the one that it is nested in. */
export const endNested =
  (ctx: MutationCtx): EndRun =>
  (run, outcome) =>
    endRun(ctx, run, { outcome });

async function freeHead(
  ctx: MutationCtx,
  { run, head, preview, tokenFactor }: Omit<Closing, "state" | "head"> & { head: Doc<"threadHeads"> },
): Promise<void> {
  const nextStep = nextStepOf(run);
  await ctx.db.patch("threadHeads", head._id, {
    messages: head.messages + nextStep - (run.firstStep ?? PROMPT_STEP + 1) - (run.steered?.places ?? 0),
    ...(head.activeRunId === run._id ? { activeRunId: undefined } : {}),
    ...withoutRun(head, run),
    ...(preview === "" ? {} : { preview: { role: "assistant", text: preview } }),
    ...(tokenFactor === undefined ? {} : { tokenFactor }),
  });
  if (Date.now() - run._creationTime >= ACTIVITY_RESOLUTION_MS)
    await ctx.db.patch("threads", run.threadId, { lastActivityAt: Date.now() });
}
