import { STEP_MAX_TOOL_CALLS } from "../../shared/limits.js";
import { previewOf, textOf } from "../../shared/messageText.js";
import { reservePlaces } from "../../shared/position.js";
import { addTotals } from "../../shared/runTotals.js";
import { userScope } from "../../shared/scope.js";
import { callsToRun } from "../../shared/toolGroups.js";
import type { Part } from "../../validators/content.js";
import type { ContextCall } from "../../validators/contextGiven.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { RunState, RunTotals } from "../../validators/run.js";
import type { AskedWait, NextStream, ReservedCall, StepSaved } from "../../validators/turn.js";
import type { Usage } from "../../validators/usage.js";
import type { Spent } from "../../validators/spent.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { expectNext, settleUsed } from "./budgetSettle.js";
import { drawNext, type Drawn } from "./budgetTurn.js";
import { factorOf, keepContext, keepLateContext } from "./contextTraces.js";
import { tellMessages } from "./hooks.js";
import { insertMessage, parseParts, replaceMessage } from "./messages.js";
import { passUp, settleNested } from "./nestedEnds.js";
import { indexMessage } from "./recall.js";
import { isActive } from "../../shared/runState.js";
import { findRunToWrite, keptTotals, nextStepOf, stateOf, stepsOf, totalsOf, totalsTold } from "./runRows.js";
import { isSuperseded, recordSuperseded } from "./runSuperseded.js";
import { showUnread, withSteeringRead } from "./steering.js";
import { endStream, startStream } from "./streams.js";
import { setRunState } from "./runState.js";
import { checkWaits, openWaits, stateWhile } from "./runWaits.js";
import { callsOf, insertAsked, interruptOpen, settleOpenCalls, type Result } from "./toolCalls.js";
import { closeRun, endNested, endRun } from "./turnEnd.js";
import { findHead } from "./threadAccess.js";
import { unrecorded } from "./turnRecorded.js";
import { callsIn, recordRunCalls } from "./turnUsage.js";
import { armFoldBetween, ensureFold } from "./foldArming.js";

export type SaveStepArgs = {
  caller: Caller;
  runId: string;
  step: number;
  message: { parts: unknown[]; model?: string };
  results: Result[];
  usage: Usage;
  /** Other calls of the step: those that failed after they had spent. */
  alsoUsed?: Spent[];
  finish: boolean;
  nextStream?: NextStream;
  /** The step asks other agents. */
  nests?: boolean;
  context?: ContextCall;
  waits?: AskedWait[];
  /** Of an action: how often the run had been taken up when it came to it. */
  takeUps?: number;
};

/** Saves one model step, once: its place in the run is the key. What it used is recorded in any case. */
export async function saveStep(ctx: MutationCtx, args: SaveStepArgs): Promise<StepSaved> {
  const run = await findRunToWrite(ctx, args.caller, args.runId);
  if (isSuperseded(run, args.takeUps)) {
    await recordSuperseded(ctx, run, args);
    return { saved: false, state: stateOf(run), calls: [], superseded: true };
  }
  return await saveNext(ctx, run, args);
}

async function saveNext(ctx: MutationCtx, run: Doc<"runs">, args: SaveStepArgs): Promise<StepSaved> {
  const steps = stepsOf(run);
  if (steps > args.step) {
    await recordSuperseded(ctx, run, args); // of two attempts at one step the later is not kept
    return await savedBefore(ctx, run, args.step);
  }
  checkNext(run, args.step);
  const parts = parseParts(args.message.parts);
  const own = await recordOwn(ctx, run, args);
  const used = addTotals(await settleNested(ctx, run, endNested(ctx)), own);
  const totals = keptTotals(addTotals(totalsOf(run), used), steps + 1);
  await passUp(ctx, run, used);
  const settled = await settleUsed(ctx, run, own);
  if (!isActive(stateOf(run))) {
    await ctx.db.patch("runs", run._id, { steps: steps + 1, totals, ...settled });
    await ensureFold(ctx);
    await keepLateContext(ctx, run, args.context);
    return { saved: false, state: stateOf(run), calls: [] };
  }
  const results = await settleOpenCalls(ctx, run, args.results);
  const asked = askedCalls(parts);
  const places = reservePlaces(nextStepOf(run), asked.length);
  const calls = asked.map((call, index) => ({ ...call, step: places.results[index] ?? places.nextStep }));
  const filesOf = args.caller === "system" ? undefined : args.caller.userId;
  const said = { parts, model: args.message.model, filesOf };
  const messageId = await writeMessage(ctx, { run, step: places.message, ...said });
  await keepContext(ctx, run, { step: places.message, context: args.context });
  const saved: Doc<"runs"> = {
    ...run,
    steps: steps + 1,
    nextStep: places.nextStep,
    totals,
    activeAt: Date.now(),
    streamId: undefined,
    openCalls: undefined,
    nests: args.nests === true && calls.length > 0 ? true : undefined,
    waiting: undefined,
    ...expectNext(settled, args.usage),
  };
  const { waits = [] } = args;
  Object.assign(saved, await openCalls(ctx, run, { askedBy: steps, messageId, calls, waits }));
  const answer = { messageId, parts, ...factorOf(args.usage, args.context) };
  const next = args.finish
    ? await finish(ctx, saved, { ...answer, nextStream: args.nextStream })
    : await goOn(ctx, saved, args.nextStream);
  await tellMessages(ctx, run.hooks);
  const told = isActive(next.state) || args.finish ? withWaits(calls, waits) : []; // ended: nothing is to run
  const came = results.length === 0 ? {} : { results };
  return { saved: true, messageId, calls: told, ...came, ...next, ...totalsTold(saved) };
}

/** The calls that come with the step; where the run has ended, its end may have brought some of them. */
async function recordOwn(ctx: MutationCtx, run: Doc<"runs">, args: SaveStepArgs): Promise<RunTotals> {
  const came = callsIn(args);
  const calls = isActive(stateOf(run)) ? came : await unrecorded(ctx, run, { calls: came });
  return await recordRunCalls(ctx, run, { caller: args.caller, calls });
}

function checkNext(run: Doc<"runs">, step: number): void {
  const next = stepsOf(run);
  if (next < step || !Number.isInteger(step))
    throw memoryError("INVALID_ARGUMENT", "Steps are saved in order: `step` must be the run's next.", {
      step,
      next,
    });
  if (stateOf(run).kind === "queued")
    throw memoryError("INVALID_ARGUMENT", "The run waits for its turn: it has no step to save.", {
      runId: run._id,
    });
}

type Asking = Parameters<typeof insertAsked>[2];

/** The calls of a step, for those who run them: as rows where the step is durable or must wait. */
async function openCalls(
  ctx: MutationCtx,
  run: Doc<"runs">,
  asking: Asking,
): Promise<Pick<Doc<"runs">, "openCalls" | "waiting">> {
  const { calls, waits } = asking;
  checkWaits(waits, calls);
  if (run.engine !== "durable" && waits.length === 0)
    return calls.length > 0 ? { openCalls: [...calls] } : {};
  await insertAsked(ctx, run, asking);
  return { waiting: await openWaits(ctx, run, asking) };
}

const withWaits = (calls: ReservedCall[], waits: readonly AskedWait[]): StepSaved["calls"] =>
  calls.map((call) => {
    const asked = waits.find(({ callId, refused }) => callId === call.callId && refused === undefined);
    if (asked === undefined) return call;
    const { callId: _, refused: __, ...wait } = asked;
    return { ...call, wait };
  });

async function savedBefore(ctx: MutationCtx, run: Doc<"runs">, step: number): Promise<StepSaved> {
  const open = stepsOf(run) === step + 1 ? (run.openCalls ?? []) : [];
  const rows = await callsOf(ctx, run._id, step);
  const { exceeded } = run.budgets ?? {};
  const isStopped = exceeded !== undefined;
  const calls = [
    ...rows.map(({ callId, toolName, step: place, wait }) => ({
      ...{ callId, toolName, step: place },
      ...(wait === undefined ? {} : { wait }),
    })),
    ...open,
  ];
  const told = isStopped ? { calls: [], exceeded } : { calls };
  return { saved: false, state: stateOf(run), ...told };
}

/** What the step asks us to run. Throws `INVALID_ARGUMENT` for too many, or for two of one id. */
function askedCalls(parts: readonly Part[]): Omit<ReservedCall, "step">[] {
  const asked = callsToRun(parts).map(({ callId, toolName }) => ({ callId, toolName }));
  if (asked.length > STEP_MAX_TOOL_CALLS)
    throw memoryError("INVALID_ARGUMENT", `One step may call at most ${STEP_MAX_TOOL_CALLS} tools.`, {
      calls: asked.length,
    });
  if (new Set(asked.map((call) => call.callId)).size < asked.length)
    throw memoryError("INVALID_ARGUMENT", "Two calls of one step have the same callId.");
  return asked;
}

type Writing = {
  run: Doc<"runs">;
  step: number;
  parts: Part[];
  model: string | undefined;
  filesOf: string | undefined;
};

/** Into the row of the step's stream when there is one, so that its id stays what watchers saw. */
async function writeMessage(
  ctx: MutationCtx,
  { run, step, parts, model, filesOf }: Writing,
): Promise<Id<"messages">> {
  const named = { agentName: run.agentName, filesOf, ...(model === undefined ? {} : { model }) };
  const stream = run.streamId === undefined ? null : await ctx.db.get("streams", run.streamId);
  if (stream !== null) {
    await endStream(ctx, stream);
    await replaceMessage(ctx, stream.messageId, { parts, state: { kind: "complete" }, ...named });
    return stream.messageId;
  }
  const place = { threadId: run.threadId, turn: run.turn, step };
  const { messageId } = await insertMessage(ctx, {
    ...place,
    role: "assistant",
    parts,
    runId: run._id,
    ...named,
  });
  return messageId;
}

/**
 * The run goes on, or waits. In an action the next call is shown what came meanwhile, for nothing reads the context
 * anew there; a durable run reads it when its next step opens.
 */
async function goOn(ctx: MutationCtx, saved: Doc<"runs">, nextStream: NextStream | undefined) {
  const { waits, going, ended, said } = await drawOn(ctx, saved);
  if (ended !== undefined) return { state: ended, ...said };
  const steered = going.engine === "durable" ? null : await showUnread(ctx, going);
  const run = steered === null ? going : withSteeringRead(going, stepsOf(going));
  const streams = nextStream === true || (nextStream === "ifSteered" && steered !== null);
  const stream = streams ? await startStream(ctx, { run, step: nextStepOf(run) }) : null;
  const changed = { ...writtenOf(run), streamId: stream?.streamId };
  await armFoldBetween(ctx, { steps: stepsOf(run), waits: waits !== undefined });
  if (waits === undefined) await ctx.db.patch("runs", run._id, changed);
  else await setRunState(ctx, run, { ...changed, state: waits });
  return {
    state: waits ?? ({ kind: "running" } as const),
    ...said,
    ...(stream === null ? {} : { streamId: stream.streamId, nextMessageId: stream.messageId }),
    ...(steered === null ? {} : { steered }),
  };
}

/** `waits`: the state of a run that waits for somebody. */
type GoingOn = { going: Doc<"runs">; said: Drawn["said"]; waits?: RunState | undefined; ended?: RunState };

/** Draws for the next call; a run whose budgets have no room for it ends here, before the model is asked. */
async function drawOn(ctx: MutationCtx, saved: Doc<"runs">): Promise<GoingOn> {
  const waits = saved.waiting === undefined ? undefined : stateWhile(saved.waiting);
  const isWaiting = waits !== undefined;
  const { budgets, said, failure } = await drawNext(ctx, { run: saved, totals: totalsOf(saved), isWaiting });
  const going = budgets === undefined ? saved : { ...saved, budgets };
  if (failure === undefined) return { going, said, waits };
  return { going, said, ended: await endRun(ctx, going, { outcome: failure }) };
}

/** What a step changes of its run; of budgets nothing where none limits it. */
function writtenOf({ steps, nextStep, totals, activeAt, openCalls, nests, ...run }: Doc<"runs">) {
  const { waiting, steering, steered, budgets } = run;
  const written = { steps, nextStep, totals, activeAt, openCalls, nests, waiting, steering, steered };
  return budgets === undefined ? written : { ...written, budgets };
}

type Answer = { messageId: Id<"messages">; parts: Part[]; tokenFactor?: number; nextStream?: NextStream };

/** The last answer; where messages came that the run has not read, it is one of several and the run goes on. */
async function finish(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { messageId, parts, tokenFactor, nextStream }: Answer,
) {
  const head = await findHead(ctx, run.threadId);
  const text = textOf(parts);
  const { threadId, turn } = run;
  if (head !== null && text.trim() !== "") {
    const said = { messageId, threadId, turn, scope: userScope(head), role: "assistant" as const, text };
    await indexMessage(ctx, { ...said, at: Date.now(), pending: true });
  }
  if (run.steering !== undefined) return await goOn(ctx, run, nextStream);
  if (run.engine === "durable" || run.waiting !== undefined) await interruptOpen(ctx, run);
  else await settleOpenCalls(ctx, run, []);
  const state = { kind: "completed" as const, endedAt: Date.now() };
  await closeRun(ctx, { run, head, state, preview: previewOf(text), tokenFactor });
  return { state };
}
