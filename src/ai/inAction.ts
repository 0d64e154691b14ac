import type { WorkflowManager } from "@convex-dev/workflow";
import type { StepResult as SdkStep, ToolSet } from "ai";
import type {
  ActionCtx,
  BoundMemory,
  ContextCall,
  Principal,
  RunState,
  RunTotals,
  StepResult,
  StepSaved,
  TurnStart,
} from "../client/index.js";
import { decodeTrace } from "../shared/contextTrace.js";
import { memoryError } from "../validators/errors.js";
import { beginTurn } from "./beginTurn.js";
import { workAfterRun } from "./afterRun.js";
import { whileActive, type CancelWatch } from "./cancelWatch.js";
import { buildContext, contextAsk, openContext, type CallContext } from "./context.js";
import { isFull, makeRoom } from "./contextRoom.js";
import type { ResolvedAgent } from "./definition.js";
import { ModelFailure, refusedAnswer, toCallerError } from "./errors.js";
import type { ModelAnswer } from "./modelCall.js";
import { asksAgents } from "./nestedCalls.js";
import { abortWith, isStopMet, takeStep, unknownSteps } from "./modelStep.js";
import { runFailure } from "./providerError.js";
import type { RunContext } from "./runContext.js";
import { addStep } from "./runSteps.js";
import { executeTools, type AskedCall } from "./toolExecution.js";
import { waitForTurn } from "./turnWaiting.js";
import { firstResult, promptOfArgs, type GenerateArgs, type TurnResult } from "./turnResult.js";

/** A turn under way in one action. */
type OpenTurn = {
  agent: ResolvedAgent;
  ctx: ActionCtx;
  memory: BoundMemory;
  principal: Principal;
  threadId: string;
  start: TurnStart;
  streaming: boolean;
  abort: AbortController;
  /** The caller's own signal: it holds for what is done after the run as well. */
  callerSignal: AbortSignal | undefined;
  /** Results that the next save takes along. */
  results: StepResult[];
  /** What the call under way was shown. */
  shown?: ContextCall;
  text: string;
  steps: SdkStep<ToolSet>[];
  /** How many of the steps were taken before the run read steering: stop conditions count from there. */
  steeredAt: number;
  totals: RunTotals;
  warnings: string[];
};

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
  const turn = await openTurn(agent, ctx, args);
  if (turn.start.repeated) return await repeat(turn, args.resume === true);
  const state = await untilBegun(turn);
  return state.kind === "running" ? await answer(turn) : resultOf(turn, state);
}

/** Waits until the run has begun, or was ended, where it has to wait. */
async function untilBegun({ ctx, memory, start, abort }: OpenTurn): Promise<RunState> {
  if (start.state.kind !== "queued") return start.state;
  return await waitForTurn({ ctx, memory, runId: start.runId, abortSignal: abort.signal });
}

/** What the first call came to; a run that was left in the middle is taken up, where the caller knows that it is. */
async function repeat(turn: OpenTurn, resume: boolean): Promise<TurnResult> {
  const { start } = turn;
  const isLeft = resume && isOpen(start.state);
  const state = isLeft ? await untilBegun(turn) : start.state;
  const taken = isLeft && state.kind === "running" ? await takeUp(turn) : state;
  if (taken !== "open") return await firstResult({ ...turn, start: { ...start, state: taken } });
  return await answer(turn);
}

async function answer(turn: OpenTurn): Promise<TurnResult> {
  try {
    // What has waited was shown nothing when it was begun.
    const state = turn.start.behind === undefined ? "open" : await takeUp(turn);
    return resultOf(turn, state === "open" ? await converse(turn) : state);
  } catch (error) {
    return resultOf(turn, await endAfter(turn, error));
  }
}

const isOpen = ({ kind }: RunState): boolean => kind === "running" || kind === "queued";

async function openTurn(
  agent: ResolvedAgent,
  ctx: ActionCtx,
  { streaming, workflow, ...args }: InAction,
): Promise<OpenTurn> {
  const principal = { ...args.as, agentName: args.as.agentName ?? agent.name };
  const memory = agent.memory.as(principal);
  const start = await beginTurn(agent, ctx, {
    memory,
    workflow,
    turn: {
      threadId: args.threadId,
      agentName: agent.name,
      engine: "action",
      ...promptOfArgs(args),
      operationId: args.operationId,
      limits: agent.limits,
      shown: await contextAsk(agent),
      stream: streaming,
      recall: agent.recall !== undefined,
      whileRunning: args.whileRunning ?? agent.whileRunning,
      ...(args.parentRunId === undefined ? {} : { parent: { runId: args.parentRunId } }),
    },
  });
  return {
    ...{ agent, ctx, memory, principal, threadId: args.threadId, start, streaming },
    abort: abortWith(args.abortSignal),
    callerSignal: args.abortSignal,
    results: [],
    text: "",
    steps: [],
    steeredAt: 0,
    totals: { calls: 0, inputTokens: 0, outputTokens: 0 },
    warnings: [],
  };
}

/**
 * Goes on where a run was left, or begins one that has waited: with the context as it stands, after the steps that
 * were saved. Gives how the run ended where it was ended meanwhile, or where the saved steps met the agent's stop
 * condition, which a further step could pass by.
 */
async function takeUp(turn: OpenTurn): Promise<"open" | RunState> {
  const { agent, ctx, memory, start, streaming } = turn;
  const { runId } = start;
  const { steps, totals } = await memory.runs.get(ctx, { runId });
  const opened = await memory.turns.open(ctx, {
    runId,
    step: steps,
    limits: agent.limits,
    shown: await contextAsk(agent),
    stream: streaming,
    recall: agent.recall !== undefined,
  });
  if (opened.state.kind !== "running") return opened.state;
  const { context, given, pending, promptEntryId, promptVector, activeEmbedder, streamId } = opened;
  const { steeredAt = 0 } = opened;
  const read = { context, given, pending, promptEntryId, promptVector, activeEmbedder, streamId };
  turn.start = { ...start, ...read };
  turn.steps = unknownSteps(steps);
  turn.steeredAt = steeredAt;
  turn.totals = { ...totals };
  if (steps <= steeredAt || !(await isStopped(turn))) return "open";
  const state = await complete(turn);
  return state.kind === "running" ? await takeUp(turn) : state;
}

/** True when one of the agent's stop conditions holds: for the steps since the run last read steering. */
const isStopped = ({ agent, steps, steeredAt }: OpenTurn): Promise<boolean> =>
  isStopMet(agent, steps.slice(steeredAt));

/** Asks the model and runs its tools until it has answered; then, behind the saved answer, what is done after a run. */
async function converse(turn: OpenTurn): Promise<RunState> {
  const { ctx, memory, threadId, abort, callerSignal } = turn;
  const { runId } = turn.start;
  abort.signal.throwIfAborted();
  const { state, context } = await whileActive({ ctx, memory, runId, abort }, (watch) =>
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
    const request = { ...start, ctx, memory, threadId, history: start.context, abortSignal: abort.signal };
    const { context, warnings } = await openContext(agent, request);
    turn.warnings.push(...warnings);
    const state = await takeSteps(turn, { context, watch });
    if (state !== "steered") return { state, context };
    await takeUp(turn);
  }
}

type Taking = { context: RunContext; watch: CancelWatch };

async function takeSteps(turn: OpenTurn, { context, watch }: Taking): Promise<RunState | "steered"> {
  const { agent, ctx, memory, start } = turn;
  let { streamId } = start;
  for (let step = turn.steps.length; ; step++) {
    const built = await buildContext(agent, { ctx, memory, context });
    context.first ??= decodeTrace(built.call.trace, null);
    turn.shown = built.call;
    const answer = await ask(turn, built, { streamId, onAlive: watch.seenAlive });
    note(turn, answer);
    const finish = answer.calls.length === 0;
    const stop = finish || (await isStopped(turn));
    const saved = await save(turn, { step, answer, finish, stop });
    if (saved.state.kind !== "running" && !finish) return saved.state;
    watch.seenAlive();
    streamId = saved.streamId;
    turn.results = finish ? [] : await runTools(turn, answer, saved);
    addStep(context, { answer, saved, results: turn.results });
    const isSteered = saved.steered !== undefined;
    if (isSteered) turn.steeredAt = turn.steps.length;
    else if (finish) return saved.state;
    turn.abort.signal.throwIfAborted();
    if (stop && !isSteered) return await completeOrGoOn(turn);
    await watch.check();
    turn.warnings.push(...(await makeRoom(agent, { ctx, memory, context, abortSignal: turn.abort.signal })));
  }
}

function ask(
  turn: OpenTurn,
  { instructions, messages }: CallContext,
  stream: { streamId: string | undefined; onAlive: () => void },
): Promise<ModelAnswer> {
  const { agent, ctx, memory, abort } = turn;
  const { maxRetries } = agent;
  return takeStep(agent, { ctx, memory, instructions, messages, ...stream, maxRetries, abort });
}

function note(turn: OpenTurn, { text, usage, step, warnings }: ModelAnswer): void {
  turn.text = text;
  turn.steps.push(step);
  turn.warnings.push(...warnings);
  turn.totals.calls += 1;
  turn.totals.inputTokens += usage.inputTokens;
  turn.totals.outputTokens += usage.outputTokens;
}

type Saving = { step: number; answer: ModelAnswer; finish: boolean; stop: boolean };

async function save(turn: OpenTurn, { step, answer, finish, stop }: Saving): Promise<StepSaved> {
  const saved = await turn.memory.turns
    .saveStep(turn.ctx, {
      runId: turn.start.runId,
      step,
      message: { parts: answer.parts, model: answer.usage.model },
      results: turn.results,
      usage: answer.usage,
      finish,
      nextStream: turn.streaming && (stop ? "ifSteered" : true),
      ...(asksAgents(turn.agent, answer.calls) ? { nests: true } : {}),
      context: turn.shown,
    })
    .catch((error: unknown) => {
      throw refusedAnswer(error, answer);
    });
  turn.results = [];
  return saved;
}

function runTools(turn: OpenTurn, answer: ModelAnswer, saved: StepSaved): Promise<StepResult[]> {
  const { agent, ctx, memory, principal, threadId, start, abort } = turn;
  const calls = answer.calls.map(({ callId, toolName, input }): AskedCall => {
    const place = saved.calls.find((call) => call.callId === callId)?.step ?? 0;
    return { callId, toolName, input, place };
  });
  const { runId, turn: number } = start;
  const scope = { ctx, memory, principal, threadId, runId, turn: number, abortSignal: abort.signal };
  return executeTools(agent.tools, calls, scope);
}

/**
 * Ends a turn that stops although the model asked for tools: their results are saved, so the group is whole. It is
 * `running` still when a message came while they ran.
 */
async function complete(turn: OpenTurn): Promise<RunState> {
  const { runId } = turn.start;
  const { state } = await turn.memory.turns.end(turn.ctx, {
    runId,
    outcome: { kind: "completed" },
    unlessSteered: true,
    results: turn.results,
  });
  turn.results = [];
  return state;
}

async function completeOrGoOn(turn: OpenTurn): Promise<RunState | "steered"> {
  const state = await complete(turn);
  return state.kind === "running" ? "steered" : state;
}

/** Ends the run after an error. Returns the state when it was canceled; throws what the caller should know otherwise. */
async function endAfter(turn: OpenTurn, error: unknown): Promise<RunState> {
  const { agent, start, abort, memory, ctx } = turn;
  const { runId } = start;
  const outcome = abort.signal.aborted
    ? { kind: "canceled" as const, reason: "Aborted by the caller." }
    : runFailure(error);
  const said =
    error instanceof ModelFailure ? { partial: error.partial, usage: error.usage, context: turn.shown } : {};
  const ending = { runId, outcome, ...said, results: turn.results };
  const withoutResults = { runId, outcome, ...said };
  const ended = await memory.turns
    .end(ctx, ending)
    .catch(() => memory.turns.end(ctx, withoutResults)) // what failed may have been the results
    .catch(() => null);
  if (ended?.state.kind === "canceled" || ended?.state.kind === "completed") return ended.state;
  throw toCallerError(error instanceof ModelFailure ? error.cause : error, { agentName: agent.name, runId });
}

function resultOf(turn: OpenTurn, state: RunState): TurnResult {
  const { start, text, steps, totals, warnings } = turn;
  if (state.kind === "failed")
    throw memoryError("RUN_ENDED", `The run was ended meanwhile: ${state.message}`, {
      runId: start.runId,
      code: state.code,
    });
  const { runId, turn: number, promptMessageId } = start;
  return { runId, turn: number, promptMessageId, state, text, steps: steps.length, usage: totals, warnings };
}
