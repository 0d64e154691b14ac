import type { StepResult as SdkStep, ToolSet } from "ai";
import type {
  ActionCtx,
  AskedWait,
  BoundMemory,
  ContextCall,
  Principal,
  RunState,
  RunTotals,
  StepResult,
  StepSaved,
  TakenUp,
  TurnStart,
} from "../client/index.js";
import { decodeTrace } from "../shared/contextTrace.js";
import { memoryError } from "../validators/errors.js";
import { workAfterRun } from "./afterRun.js";
import { readAnswer } from "./answer.js";
import { buildContext, contextAsk, openContext, type CallContext } from "./context.js";
import { isFull, makeRoom } from "./contextRoom.js";
import type { ResolvedAgent } from "./definition.js";
import { failureOf, ModelFailure, refusedAnswer, toCallerError } from "./errors.js";
import type { ModelAnswer } from "./modelCall.js";
import { abortWith, isStopMet, takeStep } from "./modelStep.js";
import { boundTo, mustWait, pauseRun, runLeft, stepsBefore } from "./pause.js";
import type { RunContext } from "./runContext.js";
import { isOver } from "./runOver.js";
import { addStep } from "./runSteps.js";
import { executeTools, type AskedCall, type ToolScope } from "./toolExecution.js";
import { waitsOf } from "./toolWaits.js";
import { firstResult, promptOfArgs, type GenerateArgs, type TurnResult } from "./turnResult.js";

/** A turn under way in one action. */
export type OpenTurn = {
  agent: ResolvedAgent;
  ctx: ActionCtx;
  memory: BoundMemory;
  principal: Principal;
  threadId: string;
  start: TurnStart;
  streaming: boolean;
  abort: AbortController;
  /** Results that the next save takes along. */
  results: StepResult[];
  /** What the call under way was shown. */
  shown?: ContextCall;
  text: string;
  steps: SdkStep<ToolSet>[];
  totals: RunTotals;
  warnings: string[];
};

type Opening = Pick<OpenTurn, "ctx" | "threadId" | "start" | "streaming"> & {
  as: Principal;
  abortSignal?: AbortSignal;
};

/** A turn of an agent in the caller's action, before anything was asked in it. */
export function openTurn(agent: ResolvedAgent, { as, abortSignal, ...opening }: Opening): OpenTurn {
  return {
    ...opening,
    agent,
    ...boundTo(agent, as),
    abort: abortWith(abortSignal),
    results: [],
    text: "",
    steps: [],
    totals: { calls: 0, inputTokens: 0, outputTokens: 0 },
    warnings: [],
  };
}

/** One turn from prompt to answer in the caller's action: three calls of the component for prompt, tool, answer. */
export async function runInAction(
  agent: ResolvedAgent,
  ctx: ActionCtx,
  { streaming, ...args }: GenerateArgs & { streaming: boolean },
): Promise<TurnResult> {
  const { threadId } = args;
  const { memory } = boundTo(agent, args.as);
  const start = await memory.turns.begin(ctx, {
    threadId,
    agentName: agent.name,
    engine: "action",
    ...promptOfArgs(args),
    operationId: args.operationId,
    limits: agent.limits,
    shown: await contextAsk(agent),
    stream: streaming,
    recall: agent.recall !== undefined,
  });
  const turn = openTurn(agent, { ...args, ctx, start, streaming });
  if (!start.repeated) return await goOn(turn, null);
  const isLeft = args.resume === true && start.state.kind === "running";
  if (!isLeft) return await firstResult(turn);
  return await goOn(turn, await memory.turns.takeUp(ctx, { runId: start.runId, force: true }));
}

/** Goes on with a turn until it has its answer, has failed, or must wait. */
export async function goOn(turn: OpenTurn, taken: TakenUp | null): Promise<TurnResult> {
  const { ctx, memory, start } = turn;
  const { runId } = start;
  if (taken !== null && taken.kind !== "taken")
    return await firstResult({ ...turn, start: { ...start, state: taken.state } });
  try {
    let state = taken === null ? await converse(turn) : await takeUp(turn, taken);
    // What a step had to wait for was there before the action let go of the run.
    while (state.kind === "running")
      state = await takeUp(turn, await memory.turns.takeUp(ctx, { runId, force: true }));
    return resultOf(turn, state);
  } catch (error) {
    return resultOf(turn, await endAfter(turn, error));
  }
}

/**
 * Goes on where a run was left, or had to wait: runs what may run of its last step, then with the context as it stands,
 * after the steps that were saved. It is over when those met the agent's stop condition, which a further step could
 * pass by.
 */
async function takeUp(turn: OpenTurn, taken: TakenUp): Promise<RunState> {
  const { agent, ctx, memory, start, streaming, threadId } = turn;
  const { runId } = start;
  const { steps, totals, calls } = taken;
  if (taken.kind !== "taken") return taken.state;
  await runLeft(turn, calls);
  turn.totals = { ...totals };
  if (turn.steps.length !== steps) turn.steps = stepsBefore(steps, calls);
  if (steps > 0 && (await isStopMet(agent, turn.steps))) {
    turn.text = await readAnswer(ctx, memory, { threadId, turn: start.turn, runId });
    return await complete(turn);
  }
  const opened = await memory.turns.open(ctx, {
    runId,
    step: steps,
    limits: agent.limits,
    shown: await contextAsk(agent),
    stream: streaming,
    recall: agent.recall !== undefined,
  });
  const { context, given, pending, promptEntryId, promptVector, activeEmbedder, streamId } = opened;
  const read = { context, given, pending, promptEntryId, promptVector, activeEmbedder, streamId };
  turn.start = { ...start, ...read };
  return await converse(turn);
}

/** Asks the model and runs its tools until it has answered; then, behind the saved answer, what is done after a run. */
async function converse(turn: OpenTurn): Promise<RunState> {
  const { ctx, memory, start, threadId, abort } = turn;
  abort.signal.throwIfAborted();
  const request = { ...start, ctx, memory, threadId, history: start.context, abortSignal: abort.signal };
  const { context, warnings } = await openContext(turn.agent, request);
  turn.warnings.push(...warnings);
  const state = await takeSteps(turn, context);
  if (state.kind === "completed") {
    const isDue = isFull(turn.agent, context);
    const after = { ctx, memory, threadId, runId: start.runId, isDue, abortSignal: abort.signal };
    turn.warnings.push(...(await workAfterRun(turn.agent, after)));
  }
  return state;
}

async function takeSteps(turn: OpenTurn, context: RunContext): Promise<RunState> {
  const { agent, ctx, memory, start } = turn;
  let { streamId } = start;
  for (let step = turn.steps.length; ; step++) {
    const built = await buildContext(agent, { ctx, memory, context });
    context.first ??= decodeTrace(built.call.trace, null);
    turn.shown = built.call;
    const answer = await ask(turn, built, streamId);
    note(turn, answer);
    const finish = answer.calls.length === 0;
    const stop = finish || (await isStopMet(agent, turn.steps));
    const waits = await waitsOf(agent.tools, answer.calls, toolScope(turn));
    const pauses = mustWait(waits);
    const nextStream = turn.streaming && !stop && !pauses;
    const saved = await save(turn, { step, answer, finish, nextStream, ...(pauses ? { waits } : {}) });
    if (pauses) return await pauseRun(turn, saved);
    if (isOver(saved.state) && !finish) return saved.state;
    streamId = saved.streamId;
    turn.results = await runTools(turn, { answer, saved, waits });
    addStep(context, { answer, saved, results: turn.results });
    if (finish) return saved.state;
    turn.abort.signal.throwIfAborted();
    if (stop) return await complete(turn);
    turn.warnings.push(...(await makeRoom(agent, { ctx, memory, context, abortSignal: turn.abort.signal })));
  }
}

function ask(
  turn: OpenTurn,
  { instructions, messages }: CallContext,
  streamId: string | undefined,
): Promise<ModelAnswer> {
  const { agent, ctx, memory, abort } = turn;
  const { maxRetries } = agent;
  return takeStep(agent, { ctx, memory, instructions, messages, streamId, maxRetries, abort });
}

function note(turn: OpenTurn, { text, usage, step, warnings }: ModelAnswer): void {
  turn.text = text;
  turn.steps.push(step);
  turn.warnings.push(...warnings);
  turn.totals.calls += 1;
  turn.totals.inputTokens += usage.inputTokens;
  turn.totals.outputTokens += usage.outputTokens;
}

type Saving = {
  step: number;
  answer: ModelAnswer;
  finish: boolean;
  nextStream: boolean;
  waits?: AskedWait[];
};

async function save(turn: OpenTurn, { answer, ...saving }: Saving): Promise<StepSaved> {
  const saved = await turn.memory.turns
    .saveStep(turn.ctx, {
      ...saving,
      runId: turn.start.runId,
      message: { parts: answer.parts, model: answer.usage.model },
      results: turn.results,
      usage: answer.usage,
      context: turn.shown,
    })
    .catch((error: unknown) => {
      throw refusedAnswer(error, answer);
    });
  turn.results = [];
  return saved;
}

type Asked = { answer: ModelAnswer; saved: StepSaved; waits: readonly AskedWait[] };

function runTools(turn: OpenTurn, { answer, saved, waits }: Asked): Promise<StepResult[]> {
  const calls = answer.calls.map(({ callId, toolName, input }): AskedCall => {
    const place = saved.calls.find((call) => call.callId === callId)?.step ?? 0;
    const refused = waits.find((wait) => wait.callId === callId)?.refused;
    return { callId, toolName, input, place, refused };
  });
  return executeTools(turn.agent.tools, calls, toolScope(turn));
}

function toolScope({ ctx, memory, principal, threadId, start, abort }: OpenTurn): ToolScope {
  const { runId, turn } = start;
  return { ctx, memory, principal, threadId, runId, turn, abortSignal: abort.signal };
}

/** Ends a turn that stops although the model asked for tools: their results are saved, so the group is whole. */
async function complete(turn: OpenTurn): Promise<RunState> {
  const { runId } = turn.start;
  const { state } = await turn.memory.turns.end(turn.ctx, {
    runId,
    outcome: { kind: "completed" },
    results: turn.results,
  });
  return state;
}

/** Ends the run after an error. Returns the state when it was canceled; throws what the caller should know otherwise. */
async function endAfter(turn: OpenTurn, error: unknown): Promise<RunState> {
  const { agent, start, abort, memory, ctx } = turn;
  const { runId } = start;
  const outcome = abort.signal.aborted
    ? { kind: "canceled" as const, reason: "Aborted by the caller." }
    : failureOf(error);
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
