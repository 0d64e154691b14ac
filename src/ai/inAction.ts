import type { WorkflowManager } from "@convex-dev/workflow";
import type { ActionCtx, Part, RunState, TakenUp } from "../client/index.js";
import { closeLog } from "../shared/runLog.js";
import { budgetAsk } from "./budgetAsk.js";
import { beginTurn } from "./beginTurn.js";
import { workAfterRun } from "./afterRun.js";
import { isActive } from "../shared/runState.js";
import { agentForCall } from "./agentForCall.js";
import { readAnswer } from "./answer.js";
import { whileActive, type CancelWatch } from "./cancelWatch.js";
import { contextAsk, openContext } from "./context.js";
import { isFull } from "./contextRoom.js";
import type { ResolvedAgent } from "./definition.js";
import { FileKeeper } from "./fileKeeper.js";
import { boundTo } from "./boundTo.js";
import { complete, dropHeld, endAfter, openTurn, resultOf, type OpenTurn } from "./openTurn.js";
import { runLeft, stepsBefore } from "./pause.js";
import { promptText, storedPrompt } from "./promptParts.js";
import type { RunContext } from "./runContext.js";
import { orGiveBack, reserveFirst } from "./rateLimits.js";
import { isStopped, takeSteps } from "./turnSteps.js";
import { waitForTurn } from "./turnWaiting.js";
import { supersededError } from "./superseded.js";
import { firstResult, promptOfArgs, type GenerateArgs, type TurnResult } from "./turnResult.js";
import { tellWarnings } from "./warnings.js";

type InAction = GenerateArgs & {
  streaming: boolean;
  /** Of an agent that has durable runs as well: one that was abandoned may have the thread. */
  workflow: WorkflowManager | undefined;
};

/**
 * One turn from prompt to answer in the caller's action: three calls of the component for prompt, tool, answer. Where
 * the thread is busy the action waits for its turn.
 */
export async function runInAction(agent: ResolvedAgent, ctx: ActionCtx, args: InAction): Promise<TurnResult> {
  return await answer(agentForCall(agent, args), ctx, args).finally(() => closeLog(ctx));
}

async function answer(agent: ResolvedAgent, ctx: ActionCtx, args: InAction): Promise<TurnResult> {
  const turn = await begin(agent, ctx, args);
  const run = { threadId: args.threadId, runId: turn.start.runId };
  return await answerIn(turn, args.resume === true)
    .finally(() => dropHeld(turn))
    .finally(() => tellWarnings(agent, run, turn.warnings));
}

async function answerIn(turn: OpenTurn, resume: boolean): Promise<TurnResult> {
  const { start } = turn;
  if (start.steered === true) return await steeredResult(turn);
  const isLeft = start.repeated && resume && isActive(start.state);
  if (start.repeated && !isLeft) return await firstResult(turn);
  const state = await untilBegun(turn);
  if (!isActive(state) || (state.kind !== "running" && !isLeft))
    return isLeft ? await firstResult({ ...turn, start: { ...start, state } }) : await resultOf(turn, state);
  // What has waited was shown nothing when it was begun.
  const wasShown = !isLeft && start.behind === undefined;
  return await goOn(turn, wasShown ? null : await takeOver(turn));
}

/** The run that it steers answers it: what that has come to by now. */
async function steeredResult(turn: OpenTurn): Promise<TurnResult> {
  const { state } = turn.start;
  const result = state.kind === "running" ? await resultOf(turn, state) : await firstResult(turn);
  return { ...result, steered: true };
}

async function begin(
  agent: ResolvedAgent,
  ctx: ActionCtx,
  { streaming, workflow, prompt: given, ...args }: InAction,
): Promise<OpenTurn> {
  const { threadId } = args;
  const { memory } = boundTo(agent, args.as);
  const files = new FileKeeper(ctx, memory);
  const held = await reserveFirst(agent, ctx, { as: args.as, model: agent.model, text: promptText(given) });
  const begun = async (prompt: string | Part[] | undefined) =>
    await beginTurn(agent, ctx, {
      memory,
      workflow,
      turn: {
        threadId,
        agentName: agent.name,
        engine: "action",
        ...promptOfArgs({ ...args, prompt }),
        operationId: args.operationId,
        limits: agent.limits,
        shown: await contextAsk(agent),
        stream: streaming,
        recall: agent.recall !== undefined,
        whileRunning: args.whileRunning ?? agent.whileRunning,
        ...(await budgetAsk(agent, "action")),
        ...(args.parentRunId === undefined ? {} : { parent: { runId: args.parentRunId } }),
      },
    });
  const stored = given === undefined ? Promise.resolve(given) : storedPrompt(given, files);
  const start = await orGiveBack(stored.then(begun), agent, { ctx, held });
  return openTurn(agent, { ...args, ctx, start, streaming, held, warnings: files.warnings });
}

/** Waits until the run has begun, or was ended, where it has to wait. */
async function untilBegun({ ctx, memory, start, abort }: OpenTurn): Promise<RunState> {
  if (start.state.kind !== "queued") return start.state;
  return await waitForTurn({ ctx, memory, runId: start.runId, abortSignal: abort.signal });
}

/** For the action that knows that no other is at work on the run. */
const takeOver = ({ ctx, memory, start }: OpenTurn): Promise<TakenUp> =>
  memory.turns.takeUp(ctx, { runId: start.runId, force: true });

/** Goes on with a turn until it has its answer, has failed, or must wait. */
export async function goOn(turn: OpenTurn, taken: TakenUp | null): Promise<TurnResult> {
  const { start } = turn;
  if (taken !== null && taken.kind !== "taken")
    return await firstResult({ ...turn, start: { ...start, state: taken.state } });
  const state = await lastState(turn, taken).catch((error: unknown) => endAfter(turn, error));
  return await resultOf(turn, state);
}

async function lastState(turn: OpenTurn, taken: TakenUp | null): Promise<RunState> {
  let state = taken === null ? await converse(turn) : await takeUp(turn, taken);
  // What a step had to wait for was there before the action let go of the run.
  while (state.kind === "running") state = await takeUp(turn, await takeOver(turn));
  return state;
}

/**
 * Goes on where a run was left, or had to wait: runs what may run of its last step, then with the context as it stands,
 * after the steps that were saved. It is over when those met the agent's stop condition, which a further step could
 * pass by.
 */
async function takeUp(turn: OpenTurn, taken: TakenUp): Promise<RunState> {
  const { ctx, memory, start, threadId } = turn;
  const { steps, totals, calls, steeredAt = 0 } = taken;
  if (taken.kind !== "taken") return taken.state;
  turn.takeUps = taken.takeUps;
  await runLeft(turn, calls);
  const waits = taken.state.kind === "running" ? null : await letGo(turn);
  if (waits !== null && waits.kind !== "running") return waits;
  turn.totals = { ...totals };
  turn.steeredAt = steeredAt;
  if (turn.steps.length !== steps) turn.steps = stepsBefore(steps, calls);
  if (steps > steeredAt && (await isStopped(turn))) {
    turn.text = await readAnswer(ctx, memory, { threadId, turn: start.turn, runId: start.runId });
    const state = await complete(turn);
    if (state.kind !== "running") return state;
  }
  return (await readAnew(turn)) ?? (await converse(turn));
}

/** The action that had the run died before it let go of it: what else its step waits for is not there yet. */
async function letGo({ ctx, memory, start, takeUps }: OpenTurn): Promise<RunState> {
  const { state, superseded } = await memory.turns.pause(ctx, { runId: start.runId, takeUps });
  if (superseded === true) throw supersededError(start.runId);
  return state;
}

/** Reads the context as it stands now, for the next step. Gives where the run stands if it does not go on. */
export async function readAnew(turn: OpenTurn): Promise<RunState | null> {
  const { agent, ctx, memory, start, streaming } = turn;
  const opened = await memory.turns.open(ctx, {
    runId: start.runId,
    step: turn.steps.length,
    limits: agent.limits,
    shown: await contextAsk(agent),
    stream: streaming,
    recall: agent.recall !== undefined,
  });
  if (opened.state.kind !== "running") return opened.state;
  const { context, given, pending, promptEntryId, promptVector, activeEmbedder, streamId } = opened;
  const read = { context, given, pending, promptEntryId, promptVector, activeEmbedder, streamId };
  turn.start = { ...start, ...read };
  turn.holds = opened.holds;
  turn.steeredAt = opened.steeredAt ?? 0;
  return null;
}

/** Asks the model and runs its tools until it has answered; then, behind the saved answer, what is done after a run. */
async function converse(turn: OpenTurn): Promise<RunState> {
  const { ctx, memory, threadId, abort, callerSignal, takeUps } = turn;
  const { runId } = turn.start;
  abort.signal.throwIfAborted();
  const { state, context } = await whileActive({ ctx, memory, runId, abort, takeUps }, (watch) =>
    answerAll(turn, watch),
  );
  if (state.kind === "completed") {
    const isDue = isFull(turn.agent, context);
    const signal = callerSignal === undefined ? {} : { abortSignal: callerSignal };
    turn.warnings.push(
      ...(await workAfterRun(turn.agent, { ctx, memory, threadId, runId, isDue, ...signal })),
    );
  }
  return state;
}

/** Answers the prompt, and what came while the last tools ran: the context is read anew for that. */
async function answerAll(
  turn: OpenTurn,
  watch: CancelWatch,
): Promise<{ state: RunState; context: RunContext }> {
  for (;;) {
    const { agent, ctx, memory, start, threadId, abort } = turn;
    const { spent } = turn;
    const request = {
      ...start,
      ctx,
      memory,
      threadId,
      spent,
      history: start.context,
      abortSignal: abort.signal,
    };
    const { context, warnings } = await openContext(agent, request);
    turn.warnings.push(...warnings);
    const state = await takeSteps(turn, { context, watch });
    if (state !== "steered") return { state, context };
    const ended = await readAnew(turn);
    if (ended !== null) return { state: ended, context };
  }
}
