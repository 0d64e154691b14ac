import { RECALL_PENDING_PER_TURN } from "../../shared/limits.js";
import { textOf } from "../../shared/messageText.js";
import { PROMPT_STEP } from "../../shared/position.js";
import type { ContextAsk } from "../../validators/contextGiven.js";
import { memoryError } from "../../validators/errors.js";
import type { RunState } from "../../validators/run.js";
import type { Message } from "../../validators/message.js";
import type { Caller } from "../../validators/principal.js";
import type { ContextLimits, StepStart } from "../../validators/turn.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { drawNext, type Drawn } from "./budgetTurn.js";
import { overlayOf, readGiven } from "./contextGiven.js";
import { embeddingOf } from "./embeddingQueue.js";
import { tellMessages } from "./hooks.js";
import { pendingOf } from "./recall.js";
import { isActive } from "../../shared/runState.js";
import { findRunToWrite, nextStepOf, runNotFound, stateOf, stepsOf, totalsOf } from "./runRows.js";
import { endWait } from "./runTimeout.js";
import { withSteeringRead } from "./steering.js";
import { restartStream, startStream } from "./streams.js";
import { endRun } from "./turnEnd.js";
import { shownTokens } from "./turnBudget.js";
import { callsOf, settleOpenCalls, toToolCall } from "./toolCalls.js";
import { findHead } from "./threadAccess.js";
import { calibrated, clampLimits, readTurnContext } from "./turnContext.js";

export type OpenArgs = {
  caller: Caller;
  runId: string;
  step: number;
  limits?: ContextLimits;
  shown?: ContextAsk;
  stream?: boolean;
  recall?: boolean;
  /** The workflow that drives the run: kept with the run, so that an abandoned one can be told. */
  workflowId?: string;
};

/**
 * Starts a model step of a durable run, or of an in-action run that is taken up again: reads the context up to the
 * run's own turn and opens its stream. A step that was saved before says so; a step that was killed in the middle
 * gets a new stream on the same message row. A run that waits for its turn is told so, and is shown nothing.
 */
export async function open(ctx: MutationCtx, args: OpenArgs): Promise<StepStart> {
  const found = await findRunToWrite(ctx, args.caller, args.runId);
  const steps = stepsOf(found);
  checkStep(args.step, steps);
  const run = args.step < steps ? found : await readSteering(ctx, found);
  const saved = args.step < steps;
  const nothing = { ...told(run), saved, steps, context: [], calls: [], promptText: "", pending: [] };
  if (saved) {
    const calls = await callsOf(ctx, run._id, args.step);
    return { ...nothing, calls: calls.map(toToolCall(run)) };
  }
  const waited = waitedFor(run);
  if (!isActive(stateOf(run)) || stateOf(run).kind === "queued") return { ...nothing, ...waited };
  return { ...nothing, ...waited, ...(await openNext(ctx, run, args)) };
}

/** What the next call is shown, unless the run's budgets have no room for it. */
async function openNext(ctx: MutationCtx, found: Doc<"runs">, args: OpenArgs): Promise<Partial<StepStart>> {
  await noteDriver(ctx, found, args);
  await endWait(ctx, found);
  const awake = { ...found, waitsUntil: undefined, waitsFor: undefined, startJobId: undefined };
  const run = awake.openCalls === undefined ? awake : await interruptOpenCalls(ctx, awake);
  const { context, given, head } = await readShown(ctx, run, args);
  const { state = stateOf(run), ...said } = await drawToOpen(ctx, run, shownTokens({ head, context, given }));
  if (!isActive(state) || said.waitUntil !== undefined) return { ...said, state };
  const stream = args.stream === true ? await openStream(ctx, run) : {};
  await tellMessages(ctx, run.hooks);
  const asks = args.recall === true && given?.first === undefined; // later calls show what the first recalled
  const recall = asks ? await readRecall(ctx, run, context) : {};
  return { ...said, context, ...(given === null ? {} : { given }), ...stream, ...recall };
}

/** What the run had waited for until now. */
function waitedFor({ waitsUntil, waitsFor = "rateLimit" }: Doc<"runs">): Pick<StepStart, "waited"> {
  return waitsUntil === undefined ? {} : { waited: { until: waitsUntil, waitsFor } };
}

const told = (run: Doc<"runs">) => ({
  state: stateOf(run),
  threadId: run.threadId,
  turn: run.turn,
  agentName: run.agentName,
  ...(run.steered === undefined ? {} : { steeredAt: run.steered.atStep }),
});

/**
 * The messages that came meanwhile are read by this step, which writes behind them. Not by one that was killed while it
 * streamed: its answer has its place before them, so the step after it reads them.
 */
async function readSteering(ctx: MutationCtx, run: Doc<"runs">): Promise<Doc<"runs">> {
  const isRead = run.steering !== undefined && run.streamId === undefined && isActive(stateOf(run));
  if (!isRead) return run;
  const read = withSteeringRead(run, stepsOf(run));
  const { nextStep, steering, steered } = read;
  await ctx.db.patch("runs", run._id, { nextStep, steering, steered });
  return read;
}

function checkStep(step: number, next: number): void {
  if (Number.isInteger(step) && step >= 0 && step <= next) return;
  throw memoryError(
    "INVALID_ARGUMENT",
    "Steps are opened in order: `step` must not be past the run's next.",
    { step, next },
  );
}

/** Who drives the run from now on: its workflow, or the action that has waited for its turn. */
async function noteDriver(ctx: MutationCtx, run: Doc<"runs">, { workflowId }: OpenArgs): Promise<void> {
  if (run.isWaiting === true)
    await ctx.db.patch("runs", run._id, { isWaiting: undefined, activeAt: Date.now() });
  if (workflowId !== undefined && run.workflowId === undefined)
    await ctx.db.patch("runs", run._id, { workflowId });
}

/** The messages up to the run's turn, from the summary on, and what is shown besides them. */
async function readShown(ctx: MutationCtx, run: Doc<"runs">, args: OpenArgs) {
  const head = await findHead(ctx, run.threadId);
  if (head === null) throw runNotFound(run._id);
  const overlay = await overlayOf(ctx, head, run.turn);
  const limits = calibrated(clampLimits(args.limits), head.tokenFactor);
  const { threadId, turn, steering } = run;
  const place = { threadId, turn, after: overlay.after, unreadFrom: steering?.from };
  const { messages, ...shown } = await readTurnContext(ctx, place, limits);
  const { agentName, _id: runId } = run;
  const { shown: ask } = args;
  const given =
    ask === undefined ? null : await readGiven(ctx, { head, agentName, ask, overlay, ...shown, runId });
  return { context: messages, given, head };
}

/** A run that holds too little for its next call draws here; where there is no room it waits, or ends. */
async function drawToOpen(
  ctx: MutationCtx,
  run: Doc<"runs">,
  contextTokens: number,
): Promise<Drawn["said"] & { state?: RunState }> {
  const { budgets, said, failure } = await drawNext(ctx, { run, totals: totalsOf(run), contextTokens });
  const holding = budgets === undefined ? {} : { budgets };
  if (failure !== undefined)
    return { ...said, state: await endRun(ctx, { ...run, ...holding }, { outcome: failure }) };
  if (budgets !== undefined) await ctx.db.patch("runs", run._id, { budgets });
  return said;
}

/** An action died before it could save what its tools gave: they may have run, so the model is told. */
async function interruptOpenCalls(ctx: MutationCtx, run: Doc<"runs">): Promise<Doc<"runs">> {
  await settleOpenCalls(ctx, run, []);
  await ctx.db.patch("runs", run._id, { openCalls: undefined });
  return { ...run, openCalls: undefined };
}

async function openStream(ctx: MutationCtx, run: Doc<"runs">) {
  const old = run.streamId === undefined ? null : await ctx.db.get("streams", run.streamId);
  const stream =
    old === null
      ? await startStream(ctx, { run, step: nextStepOf(run) })
      : await restartStream(ctx, run, old);
  await ctx.db.patch("runs", run._id, { streamId: stream.streamId, activeAt: Date.now() });
  return stream;
}

async function readRecall(ctx: MutationCtx, run: Doc<"runs">, context: readonly Message[]) {
  const prompt = context.findLast((message) => message.turn === run.turn && message.step === PROMPT_STEP);
  const pending = await pendingOf(ctx, run.threadId, RECALL_PENDING_PER_TURN);
  const entry = prompt === undefined ? null : await entryOf(ctx, prompt.messageId);
  const entryId = entry?.pending === true ? entry._id : null;
  const promptText = prompt === undefined ? "" : textOf(prompt.parts);
  return {
    promptText,
    ...(await embeddingOf(ctx, promptText)),
    pending: pending.filter((other) => other.entryId !== entryId),
    ...(entryId === null ? {} : { promptEntryId: entryId }),
  };
}

const entryOf = (ctx: MutationCtx, messageId: string): Promise<Doc<"recallEntries"> | null> =>
  ctx.db
    .query("recallEntries")
    .withIndex("by_source", (q) => q.eq("sourceId", messageId))
    .first();
