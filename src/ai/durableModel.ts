import type {
  ActionCtx,
  AskedWait,
  BoundMemory,
  ContextCall,
  Principal,
  Spent,
  StepStart,
} from "../client/index.js";
import { RATE_STEP_WAIT_MS, STEP_MAX_OTHER_CALLS } from "../shared/ledgerLimits.js";
import { isActive } from "../shared/runState.js";
import { cutToBytes } from "../shared/utf8.js";
import { isMemoryError } from "../validators/errors.js";
import { hasWorkAfterRun, workAfterRun } from "./afterRun.js";
import { readAnswer } from "./answer.js";
import { boundTo } from "./boundTo.js";
import { whileActive } from "./cancelWatch.js";
import { buildContext, contextAsk, openContext } from "./context.js";
import { isFull } from "./contextRoom.js";
import type { ResolvedAgent } from "./definition.js";
import { retryOf } from "./durableRetry.js";
import { waitStep, type Wait } from "./durableWait.js";
import { ModelFailure, unsavedAnswer } from "./errors.js";
import { logFailure, logWarnings } from "./failureLog.js";
import type { ModelAnswer } from "./modelCall.js";
import { abortWith, isStopMet, knownStep, takeStep, unknownSteps } from "./modelStep.js";
import { asksAgents, isNested } from "./nestedCalls.js";
import { MustWait } from "./limitedCall.js";
import { runFailure } from "./providerError.js";
import { giveBack, heldBy, orGiveBack, type Reservation } from "./rateLimits.js";
import type { RunContext } from "./runContext.js";
import { addStep } from "./runSteps.js";
import { atMost, recordSpent } from "./spent.js";
import { endedWith, type StepArgs, type StepOutcome } from "./stepRecord.js";
import { plan, waitsOf } from "./toolWaits.js";
import { tellWarnings } from "./warnings.js";

/** Bytes of an answer that a workflow around the run is given: a journal entry may have 800 KiB. */
const REPORT_MAX_BYTES = 256 * 1024;

/**
 * One call of the model as a step of a workflow: two calls of the component, three with recall. A step that was saved
 * before is not paid for again. An error that may pass is thrown, so that the workflow tries again; any other ends
 * the run.
 */
export async function runModelStep(
  agent: ResolvedAgent,
  ctx: ActionCtx,
  args: StepArgs,
): Promise<StepOutcome> {
  const { memory, principal } = boundTo(agent, args.as);
  const abort = abortWith(undefined);
  const shown: Shown = { spent: [] };
  try {
    const start = await open(agent, { ctx, memory, args });
    if (start.saved) return await savedOutcome(agent, { ctx, memory, args, start });
    const early = earlyWait(args, start);
    if (early !== null) return await waitStep({ ctx, memory, args }, early);
    const held = start.waited === undefined ? undefined : heldBy(agent, args); // not where it is tried again
    const isOver = !isActive(start.state);
    if (isOver || start.waitUntil !== undefined) await giveBack(agent, ctx, held);
    if (isOver) return endedWith(start.state);
    if (start.waitUntil !== undefined)
      return await waitStep({ ctx, memory, args }, { at: start.waitUntil, reason: "budget" });
    const { runId } = args;
    const asked = await whileActive({ ctx, memory, runId, abort }, ({ seenAlive }) =>
      ask(agent, { ctx, memory, principal, args, start, abort, shown, held, onAlive: seenAlive }),
    );
    return await saveAnswer(agent, { ctx, memory, args, start, shown, ...asked });
  } catch (error) {
    if (error instanceof MustWait) {
      await recordSpent({ ctx, memory, runId: args.runId, step: args.place }, shown.spent); // the next attempt does not know of it
      return await waitInLine(agent, { ctx, memory, args }, error);
    }
    if (!abort.signal.aborted) logFailure(error, { ctx, memory, runId: args.runId, agentName: agent.name });
    return await failStep(agent, { ctx, memory, args, abort, shown, error });
  }
}

type Step = { ctx: ActionCtx; memory: BoundMemory; args: StepArgs; start: StepStart };

/** The step waits for its turn within the rate limits; where its run has ended meanwhile its place is given back. */
async function waitInLine(
  agent: ResolvedAgent,
  step: Omit<Step, "start">,
  { wait, held }: MustWait,
): Promise<StepOutcome> {
  const outcome = await waitStep(step, wait);
  if (outcome.waitUntil === undefined) await giveBack(agent, step.ctx, held);
  return outcome;
}

/** What the step is shown. Where the run went with its thread while it waited, its place is given back. */
async function open(agent: ResolvedAgent, { ctx, memory, args }: Omit<Step, "start">): Promise<StepStart> {
  try {
    return await memory.turns.open(ctx, {
      runId: args.runId,
      step: args.place,
      limits: agent.limits,
      shown: await contextAsk(agent),
      stream: agent.stream,
      recall: agent.recall !== undefined,
      workflowId: args.workflowId,
    });
  } catch (error) {
    if (isMemoryError(error, "RUN_NOT_FOUND")) await giveBack(agent, ctx, heldBy(agent, args));
    throw error;
  }
}

/** What is still waited for: word of an attempt that was lost came before the time of this one. */
function earlyWait({ waited }: StepArgs, start: StepStart): Wait | null {
  if (waited === undefined || start.waited === undefined || !isActive(start.state)) return null;
  const { until, waitsFor } = start.waited;
  if (until - Date.now() <= RATE_STEP_WAIT_MS) return null;
  const { reserved } = waited;
  return { at: until, reason: waitsFor, ...(reserved === undefined ? {} : { reserved }) };
}

/** What the call of this step was shown, once it is known, and what was spent on that. */
type Shown = { call?: ContextCall; spent: Spent[] };

type Asked = { answer: ModelAnswer; context: RunContext; waits: AskedWait[] };
type Asking = Step & {
  principal: Principal;
  abort: AbortController;
  shown: Shown;
  held: Reservation | undefined;
  onAlive: () => void;
};

async function ask(
  agent: ResolvedAgent,
  { ctx, memory, principal, args, start, abort, shown, held, onAlive }: Asking,
): Promise<Asked> {
  const { context: history, streamId, threadId, turn } = start;
  const { runId } = args;
  const { spent } = shown;
  const request = { ...start, ctx, memory, runId, history, spent, abortSignal: abort.signal };
  const opened = openContext(agent, request).then(async ({ context, warnings }) => {
    const steps = unknownSteps(start.steps);
    return { context, warnings, built: await buildContext(agent, { ctx, memory, context, steps }) };
  });
  const { context, warnings, built } = await orGiveBack(opened, agent, { ctx, held });
  shown.call = built.call;
  const limiting = { as: principal, isDurable: true, ...(held === undefined ? {} : { held }) };
  const answer = await takeStep(agent, {
    ctx,
    memory,
    built,
    streamId,
    maxRetries: 0,
    abort,
    onAlive,
    limiting,
    drawn: start.holds === undefined ? undefined : { runId, holds: start.holds },
  });
  await tell(agent, { ctx, memory, threadId, runId }, [...warnings, ...answer.warnings]);
  const { activeTools } = built.prepared; // those that the agent's `prepareStep` left for this step
  const scope = { ctx, memory, principal, threadId, runId, turn, abortSignal: abort.signal, activeTools };
  return { answer, context, waits: await waitsOf(agent.tools, answer.calls, scope) };
}

type Told = { ctx: ActionCtx; memory: BoundMemory; threadId: string; runId: string };

/** Nobody waits for a result that could carry the warnings, and they must not be swallowed. */
async function tell(
  agent: ResolvedAgent,
  { ctx, memory, ...where }: Told,
  warnings: readonly string[],
): Promise<void> {
  if (agent.onWarning !== undefined) return await tellWarnings(agent, where, warnings);
  logWarnings(warnings, { ctx, memory, runId: where.runId, agentName: agent.name });
}

type Answered = Step & Asked & { shown: Shown };

async function saveAnswer(
  agent: ResolvedAgent,
  { ctx, memory, args, start, shown, answer, context, waits }: Answered,
): Promise<StepOutcome> {
  const finish = answer.calls.length === 0;
  const { parts, usage } = answer;
  const message = { parts, model: usage.model };
  const { runId, place } = args;
  const asks = {
    ...(asksAgents(agent, answer.calls) ? { nests: true } : {}),
    ...(waits.length === 0 ? {} : { waits }),
    ...alongWith([...shown.spent, ...answer.alsoUsed]),
  };
  const step = { runId, step: place, message, results: [], usage, finish, context: shown.call, ...asks };
  const saved = await memory.turns.saveStep(ctx, step).catch((error: unknown) => {
    throw unsavedAnswer(error, answer);
  });
  shown.spent = []; // it is recorded: what fails from here on spends nothing
  const ended = !isActive(saved.state);
  // A last answer does not end a run that has messages to read.
  const stop = finish ? ended : await isStopMet(agent, [...countedSteps(start, start.steps), answer.step]);
  const text =
    args.report === true && (ended || stop) ? { text: cutToBytes(answer.text, REPORT_MAX_BYTES) } : {};
  addStep(context, { answer, saved, results: [] });
  const isCompleted = saved.state.kind === "completed" || (stop && !ended);
  const after = isCompleted && hasWorkAfterRun(agent, isFull(agent, context)) ? { after: true } : {};
  return { ...endedWith(saved.state), ...toRun(agent, ended ? [] : saved.calls), stop, ...after, ...text };
}

/** The steps before one, as far as stop conditions count them: since the run last read steering. */
const countedSteps = ({ steeredAt = 0 }: StepStart, step: number) =>
  unknownSteps(Math.max(0, step - steeredAt));

/** The outcome of a step whose action was lost after it had saved. */
async function savedOutcome(agent: ResolvedAgent, { ctx, memory, args, start }: Step): Promise<StepOutcome> {
  const ended = !isActive(start.state);
  const calls = start.calls.map(({ callId, toolName }) => ({ toolCallId: callId, toolName }));
  const asked = [...countedSteps(start, args.place), knownStep(calls)];
  const stop = ended || (calls.length > 0 && (await isStopMet(agent, asked))); // without calls it was to read more
  const report = args.report === true && (ended || stop);
  const where = { threadId: start.threadId, turn: start.turn, runId: args.runId };
  const text = report ? { text: cutToBytes(await readAnswer(ctx, memory, where), REPORT_MAX_BYTES) } : {};
  const isCompleted = start.state.kind === "completed" || (stop && !ended);
  const after = isCompleted && hasWorkAfterRun(agent, true) ? { after: true } : {};
  return { ...endedWith(start.state), ...toRun(agent, ended ? [] : start.calls), stop, ...after, ...text };
}

type Failing = {
  ctx: ActionCtx;
  memory: BoundMemory;
  args: StepArgs;
  abort: AbortController;
  shown: Shown;
  error: unknown;
};

async function failStep(
  agent: ResolvedAgent,
  { ctx, memory, args, abort, shown, error }: Failing,
): Promise<StepOutcome> {
  const { runId, place: step } = args;
  const spent = [...shown.spent, ...(error instanceof ModelFailure ? error.spent : [])];
  const again = abort.signal.aborted ? null : retryOf(agent, args, error);
  if (again !== null) await recordSpent({ ctx, memory, runId, step }, spent); // the next attempt does not know of this one
  if (again instanceof Error) throw again;
  if (again !== null) return await waitStep({ ctx, memory, args }, again);
  const said = error instanceof ModelFailure ? { partial: error.partial, context: shown.call } : {};
  const outcome = runFailure(error);
  try {
    const { state } = await memory.turns.end(ctx, { runId, outcome, ...said, ...alongWith(spent) });
    return endedWith(state);
  } catch (endError) {
    if (!isMemoryError(endError)) throw endError;
    // The run went with its thread: nobody is left to tell, but who asked has paid.
    await recordSpent({ ctx, memory, runId, step }, spent);
    return endedWith({ ...outcome, endedAt: 0 });
  }
}

const alongWith = (spent: readonly Spent[]): { alsoUsed?: Spent[] } =>
  spent.length === 0 ? {} : { alsoUsed: atMost(spent, STEP_MAX_OTHER_CALLS) };

function toRun(
  agent: ResolvedAgent,
  saved: Parameters<typeof plan>[0],
): Pick<StepOutcome, "calls" | "later"> {
  const planned = plan(saved);
  const calls = planned.calls.map((call) =>
    isNested(agent, call.toolName) ? { ...call, nested: true } : call,
  );
  return { calls, ...(planned.later ? { later: true } : {}) };
}

/**
 * The last step of a run's workflow: what is done when its answer is there. A run that was stopped behind its tools is
 * ended first, so that its turn is read too. Never throws for what fails.
 */
export async function runAfterStep(
  agent: ResolvedAgent,
  ctx: ActionCtx,
  { runId, threadId = "", as }: StepArgs,
): Promise<StepOutcome> {
  const { memory } = boundTo(agent, as);
  await memory.turns.end(ctx, { runId, outcome: { kind: "completed" } });
  const warnings = await workAfterRun(agent, { ctx, memory, threadId, runId, isDue: true });
  await tell(agent, { ctx, memory, threadId, runId }, warnings);
  return { calls: [], ended: true, stop: true };
}
