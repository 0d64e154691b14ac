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
import { workAfterRun } from "./afterRun.js";
import { agentForCall } from "./agentForCall.js";
import { buildContext, contextAsk, openContext, type CallContext } from "./context.js";
import { isFull, makeRoom } from "./contextRoom.js";
import type { ResolvedAgent } from "./definition.js";
import { failureOf, ModelFailure, refusedAnswer, toCallerError } from "./errors.js";
import { FileKeeper } from "./fileKeeper.js";
import type { ModelAnswer } from "./modelCall.js";
import { activeOf } from "./modelFields.js";
import { abortWith, isStopMet, takeStep, unknownSteps } from "./modelStep.js";
import { storedPrompt } from "./promptParts.js";
import type { RunContext } from "./runContext.js";
import { addStep } from "./runSteps.js";
import { executeTools, type AskedCall } from "./toolExecution.js";
import { firstResult, promptOfArgs, type GenerateArgs, type TurnResult } from "./turnResult.js";
import { tellWarnings } from "./warnings.js";

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
  /** Results that the next save takes along. */
  results: StepResult[];
  /** What the call under way was shown. */
  shown?: ContextCall;
  text: string;
  output?: unknown;
  steps: SdkStep<ToolSet>[];
  totals: RunTotals;
  warnings: string[];
};

/** One turn from prompt to answer in the caller's action: three calls of the component for prompt, tool, answer. */
export async function runInAction(
  defined: ResolvedAgent,
  ctx: ActionCtx,
  { streaming, prompt: given, ...args }: GenerateArgs & { streaming: boolean },
): Promise<TurnResult> {
  const agent = agentForCall(defined, args);
  const principal = { ...args.as, agentName: args.as.agentName ?? agent.name };
  const memory = agent.memory.as(principal);
  const files = new FileKeeper(ctx, memory);
  const prompt = given === undefined ? given : await storedPrompt(given, files);
  const start = await memory.turns.begin(ctx, {
    threadId: args.threadId,
    agentName: agent.name,
    engine: "action",
    ...promptOfArgs({ ...args, prompt }),
    operationId: args.operationId,
    limits: agent.limits,
    shown: await contextAsk(agent),
    stream: streaming,
    recall: agent.recall !== undefined,
  });
  const turn: OpenTurn = {
    agent,
    ctx,
    memory,
    principal,
    threadId: args.threadId,
    start,
    streaming,
    abort: abortWith(args.abortSignal),
    results: [],
    text: "",
    steps: [],
    totals: { calls: 0, inputTokens: 0, outputTokens: 0 },
    warnings: [...files.warnings],
  };
  const isLeft = start.repeated && args.resume === true && start.state.kind === "running";
  if (isLeft && (await takeUp(turn)) === "over") {
    return await firstResult({ ...turn, start: { ...start, state: await complete(turn) } });
  }
  if (start.repeated && !isLeft) return await firstResult(turn);
  try {
    return resultOf(turn, await converse(turn));
  } catch (error) {
    return resultOf(turn, await endAfter(turn, error));
  } finally {
    await tellWarnings(agent, { threadId: args.threadId, runId: start.runId }, turn.warnings);
  }
}

/**
 * Goes on where a run was left: with the context as it stands, after the steps that were saved. It is over when those
 * met the agent's stop condition, which a further step could pass by.
 */
async function takeUp(turn: OpenTurn): Promise<"open" | "over"> {
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
  const { context, given, pending, promptEntryId, promptVector, activeEmbedder, streamId } = opened;
  const read = { context, given, pending, promptEntryId, promptVector, activeEmbedder, streamId };
  turn.start = { ...start, ...read };
  turn.steps = unknownSteps(steps);
  turn.totals = { ...totals };
  return steps > 0 && (await isStopMet(agent, turn.steps)) ? "over" : "open";
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
    const built = await buildContext(agent, { ctx, memory, context, steps: turn.steps });
    context.first ??= decodeTrace(built.call.trace, null);
    turn.shown = built.call;
    const answer = await ask(turn, built, streamId);
    note(turn, answer);
    const finish = answer.calls.length === 0;
    const stop = finish || (await isStopMet(agent, turn.steps));
    const saved = await save(turn, { step, answer, finish, nextStream: turn.streaming && !stop });
    if (saved.state.kind !== "running" && !finish) return saved.state;
    streamId = saved.streamId;
    turn.results = finish ? [] : await runTools(turn, answer, { saved, built });
    addStep(context, { answer, saved, results: turn.results });
    if (finish) return saved.state;
    turn.abort.signal.throwIfAborted();
    if (stop) return await complete(turn);
    turn.warnings.push(...(await makeRoom(agent, { ctx, memory, context, abortSignal: turn.abort.signal })));
  }
}

function ask(turn: OpenTurn, built: CallContext, streamId: string | undefined): Promise<ModelAnswer> {
  const { agent, ctx, memory, abort } = turn;
  const { maxRetries } = agent;
  return takeStep(agent, { ctx, memory, built, streamId, maxRetries, abort });
}

function note(turn: OpenTurn, { text, output, usage, step, warnings }: ModelAnswer): void {
  turn.text = text;
  turn.output = output;
  turn.steps.push(step);
  turn.warnings.push(...warnings);
  turn.totals.calls += 1;
  turn.totals.inputTokens += usage.inputTokens;
  turn.totals.outputTokens += usage.outputTokens;
}

type Saving = { step: number; answer: ModelAnswer; finish: boolean; nextStream: boolean };

async function save(turn: OpenTurn, { step, answer, finish, nextStream }: Saving): Promise<StepSaved> {
  const saved = await turn.memory.turns
    .saveStep(turn.ctx, {
      runId: turn.start.runId,
      step,
      message: { parts: answer.parts, model: answer.usage.model },
      results: turn.results,
      usage: answer.usage,
      finish,
      nextStream,
      context: turn.shown,
    })
    .catch((error: unknown) => {
      throw refusedAnswer(error, answer);
    });
  turn.results = [];
  return saved;
}

type Asking = { saved: StepSaved; built: CallContext };

function runTools(turn: OpenTurn, answer: ModelAnswer, { saved, built }: Asking): Promise<StepResult[]> {
  const { agent, ctx, memory, principal, threadId, start, abort } = turn;
  const calls = answer.calls.map(({ callId, toolName, input }): AskedCall => {
    const place = saved.calls.find((call) => call.callId === callId)?.step ?? 0;
    return { callId, toolName, input, place };
  });
  const { runId, turn: number } = start;
  const scope = { ctx, memory, principal, threadId, runId, turn: number, abortSignal: abort.signal };
  return executeTools(activeOf(agent.tools, built.prepared.activeTools), calls, scope);
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
  const { start, text, output, steps, totals, warnings } = turn;
  if (state.kind === "failed")
    throw memoryError("RUN_ENDED", `The run was ended meanwhile: ${state.message}`, {
      runId: start.runId,
      code: state.code,
    });
  const { runId, turn: number, promptMessageId } = start;
  const said = { text, ...(output === undefined ? {} : { output }), steps: steps.length };
  return { runId, turn: number, promptMessageId, state, ...said, usage: totals, warnings };
}
