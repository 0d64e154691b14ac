import type { AskedWait, RunState, StepResult, StepSaved } from "../client/index.js";
import { decodeTrace } from "../shared/contextTrace.js";
import type { CancelWatch } from "./cancelWatch.js";
import { buildContext, type CallContext } from "./context.js";
import { makeRoom } from "./contextRoom.js";
import { ModelFailure, unsavedAnswer } from "./errors.js";
import type { ModelAnswer } from "./modelCall.js";
import { activeOf } from "./modelFields.js";
import { isStopMet, takeStep } from "./modelStep.js";
import { asksAgents } from "./nestedCalls.js";
import { alongWith, complete, drawnFor, limitingOf, note, taken, type OpenTurn } from "./openTurn.js";
import { mustWait, pauseRun } from "./pause.js";
import type { RunContext } from "./runContext.js";
import { isActive } from "../shared/runState.js";
import { supersededError } from "./superseded.js";
import { addStep } from "./runSteps.js";
import { executeTools, type AskedCall, type ToolScope } from "./toolExecution.js";
import { waitsOf } from "./toolWaits.js";

type Taking = { context: RunContext; watch: CancelWatch };

/**
 * Asks the model and runs its tools, step by step, until it has answered, must wait or is to stop. "steered" when a
 * message came while the last tools ran: the context is to be read anew.
 */
export async function takeSteps(turn: OpenTurn, { context, watch }: Taking): Promise<RunState | "steered"> {
  const { agent, ctx, memory, start } = turn;
  let { streamId } = start;
  for (let step = turn.steps.length; ; step++) {
    const built = await buildContext(agent, { ctx, memory, context, steps: turn.steps });
    context.first ??= decodeTrace(built.call.trace, null);
    turn.shown = built.call;
    const answer = await ask(turn, built, { streamId, onAlive: watch.seenAlive });
    note(turn, answer);
    const saved = await saveAnswer(turn, { step, answer, built });
    if (saved.kind === "over") return saved.state;
    watch.seenAlive();
    ({ streamId } = saved);
    turn.results = saved.finish ? [] : await runTools(turn, { answer, built, ...saved });
    addStep(context, { answer, saved: saved.step, results: turn.results });
    const isSteered = saved.step.steered !== undefined;
    if (isSteered) turn.steeredAt = turn.steps.length;
    else if (saved.finish) return saved.step.state;
    turn.abort.signal.throwIfAborted();
    if (saved.stop && !isSteered) return await completeOrGoOn(turn);
    await watch.check();
    turn.warnings.push(...(await makeRoom(agent, { ctx, memory, context, abortSignal: turn.abort.signal })));
  }
}

/** True when one of the agent's stop conditions holds: for the steps since the run last read steering. */
export const isStopped = ({ agent, steps, steeredAt }: OpenTurn): Promise<boolean> =>
  isStopMet(agent, steps.slice(steeredAt));

function ask(
  turn: OpenTurn,
  built: CallContext,
  stream: { streamId: string | undefined; onAlive: () => void },
): Promise<ModelAnswer> {
  const { agent, ctx, memory, abort } = turn;
  const { maxRetries } = agent;
  const limiting = limitingOf(turn);
  const drawn = drawnFor(turn);
  return takeStep(agent, { ctx, memory, built, ...stream, maxRetries, abort, limiting, drawn });
}

type Saved = {
  kind: "open";
  step: StepSaved;
  streamId: string | undefined;
  waits: readonly AskedWait[];
  /** The model asked for no tools; it is not to be asked again. */
  finish: boolean;
  stop: boolean;
};

/** Saves what the model said. "over" when the run was ended meanwhile, or waits for what its calls need. */
async function saveAnswer(
  turn: OpenTurn,
  { step, answer, built }: { step: number; answer: ModelAnswer; built: CallContext },
): Promise<Saved | { kind: "over"; state: RunState }> {
  const finish = answer.calls.length === 0;
  const stop = finish || (await isStopped(turn).catch((error: unknown) => throwBehind(answer, error)));
  const { activeTools } = built.prepared;
  const waits = await waitsOf(turn.agent.tools, answer.calls, { ...toolScope(turn), activeTools });
  const pauses = mustWait(waits);
  const nextStream = turn.streaming && !pauses && (stop ? "ifSteered" : true);
  const saved = await save(turn, { step, answer, finish, nextStream, ...(pauses ? { waits } : {}) });
  if (pauses) return { kind: "over", state: await pauseRun(turn, saved) };
  if (!isActive(saved.state) && !finish) return { kind: "over", state: saved.state };
  return { kind: "open", step: saved, streamId: saved.streamId, waits, finish, stop };
}

/** What the model said stays, and was paid for, whatever a condition of the app's throws. */
function throwBehind({ parts, usage, alsoUsed }: ModelAnswer, error: unknown): never {
  throw new ModelFailure(error, parts, [...alsoUsed, { ...usage, isFailed: true }]);
}

type Saving = {
  step: number;
  answer: ModelAnswer;
  finish: boolean;
  nextStream: boolean | "ifSteered";
  waits?: AskedWait[];
};

/** One step of the turn, with the results of the step before. */
export async function save(turn: OpenTurn, { answer, ...saving }: Saving): Promise<StepSaved> {
  const along = alongWith(turn, answer.alsoUsed);
  const saved = await turn.memory.turns
    .saveStep(turn.ctx, {
      ...saving,
      runId: turn.start.runId,
      message: { parts: answer.parts, model: answer.usage.model },
      results: turn.results,
      usage: answer.usage,
      ...along,
      ...(asksAgents(turn.agent, answer.calls) ? { nests: true } : {}),
      context: turn.shown,
      takeUps: turn.takeUps,
    })
    .catch((error: unknown) => {
      throw unsavedAnswer(error, answer);
    });
  taken(turn, along);
  if (saved.superseded === true) throw supersededError(turn.start.runId);
  turn.holds = saved.holds;
  if (saved.totals !== undefined) turn.totals = { ...saved.totals };
  return saved;
}

type Asked = { answer: ModelAnswer; built: CallContext; step: StepSaved; waits: readonly AskedWait[] };

function runTools(turn: OpenTurn, { answer, built, step, waits }: Asked): Promise<StepResult[]> {
  const calls = answer.calls.map(({ callId, toolName, input }): AskedCall => {
    const place = step.calls.find((call) => call.callId === callId)?.step ?? 0;
    const refused = waits.find((wait) => wait.callId === callId)?.refused;
    return { callId, toolName, input, place, refused };
  });
  return executeTools(activeOf(turn.agent.tools, built.prepared.activeTools), calls, toolScope(turn));
}

function toolScope({ ctx, memory, principal, threadId, start, abort }: OpenTurn): ToolScope {
  const { runId, turn } = start;
  return { ctx, memory, principal, threadId, runId, turn, abortSignal: abort.signal };
}

async function completeOrGoOn(turn: OpenTurn): Promise<RunState | "steered"> {
  const state = await complete(turn);
  return state.kind === "running" ? "steered" : state;
}
