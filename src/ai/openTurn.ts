import type { StepResult as SdkStep, ToolSet } from "ai";
import type {
  ActionCtx,
  BoundMemory,
  ContextCall,
  HeldRoom,
  Principal,
  RunOutcome,
  RunState,
  RunTotals,
  Spent,
  StepResult,
  TurnStart,
} from "../client/index.js";
import { STEP_MAX_OTHER_CALLS } from "../shared/ledgerLimits.js";
import { isMemoryError, memoryError } from "../validators/errors.js";
import type { ResolvedAgent } from "./definition.js";
import { ModelFailure, toCallerError } from "./errors.js";
import { budgetError } from "./budgetError.js";
import { logFailure } from "./failureLog.js";
import type { Drawn } from "./callBudget.js";
import type { ModelAnswer } from "./modelCall.js";
import { boundTo } from "./boundTo.js";
import { abortWith } from "./modelStep.js";
import { runFailure } from "./providerError.js";
import { giveBack, type Limiting, type Reservation } from "./rateLimits.js";
import { atMost, recordSpent } from "./spent.js";
import { supersededError } from "./superseded.js";
import type { TurnResult } from "./turnResult.js";

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
  /** The caller's own signal: it holds for what is done after the run as well. */
  callerSignal: AbortSignal | undefined;
  /** Results that the next save takes along. */
  results: StepResult[];
  /** What was taken of the rate limits for its first call, until that is made. */
  held?: Reservation;
  /** What the run has drawn of its budgets for its next call, where a hard one limits it. */
  holds?: HeldRoom | undefined;
  /** What was spent besides answers and tools, or by tools of a caller's loop: the next save takes it along. */
  spent: Spent[];
  /** What the call under way was shown. */
  shown?: ContextCall;
  text: string;
  output?: unknown;
  steps: SdkStep<ToolSet>[];
  /** How many of the steps were taken before the run read steering: stop conditions count from there. */
  steeredAt: number;
  totals: RunTotals;
  /** How often the run had been taken up when this action came to it. */
  takeUps: number;
  warnings: string[];
};

type Opening = Pick<OpenTurn, "ctx" | "threadId" | "start" | "streaming" | "held"> & {
  as: Principal;
  abortSignal?: AbortSignal;
  warnings?: readonly string[];
};

/** A turn of an agent in the caller's action, before anything was asked in it. */
export function openTurn(
  agent: ResolvedAgent,
  { as, abortSignal, warnings = [], ctx, threadId, start, streaming, held }: Opening,
): OpenTurn {
  const turn: OpenTurn = {
    ...{ agent, ctx, threadId, start, streaming },
    ...boundTo(agent, as),
    ...(held === undefined ? {} : { held }),
    holds: start.holds,
    abort: abortWith(abortSignal),
    callerSignal: abortSignal,
    results: [],
    spent: [],
    text: "",
    steps: [],
    steeredAt: 0,
    totals: { calls: 0, inputTokens: 0, outputTokens: 0 },
    takeUps: 0,
    warnings: [...warnings],
  };
  if (agent.asked !== undefined) agent.asked.warnings = turn.warnings;
  return turn;
}

/** Whose limits the next call has to pass, with what was taken for it: once. */
export function limitingOf(turn: OpenTurn): Limiting {
  const { principal: as, held } = turn;
  delete turn.held;
  return held === undefined ? { as } : { as, held };
}

/** What the run holds for its next call. */
export const drawnFor = ({ start: { runId }, holds, takeUps }: OpenTurn): Drawn | undefined =>
  holds === undefined ? undefined : { runId, holds, takeUps };

/** Gives back what was taken for a call that was not made. */
export async function dropHeld(turn: OpenTurn): Promise<void> {
  const { agent, ctx, held } = turn;
  delete turn.held;
  await giveBack(agent, ctx, held);
}

/** Adds what one call of the model said and used. */
export function note(turn: OpenTurn, { text, output, usage, step, warnings }: ModelAnswer): void {
  turn.text = text;
  turn.output = output;
  turn.steps.push(step);
  turn.warnings.push(...warnings);
  countIn(turn, [usage]);
}

function countIn({ totals }: Pick<OpenTurn, "totals">, used: readonly Spent[]): void {
  for (const { inputTokens, outputTokens } of used) {
    totals.calls += 1;
    totals.inputTokens += inputTokens;
    totals.outputTokens += outputTokens;
  }
}

/** What a save of the turn takes along besides what the model said. */
export const alongWith = (turn: OpenTurn, more: readonly Spent[] = []): { alsoUsed?: Spent[] } => {
  const alsoUsed = [...turn.spent, ...more];
  return alsoUsed.length === 0 ? {} : { alsoUsed: atMost(alsoUsed, STEP_MAX_OTHER_CALLS) };
};

/** Notes that a save has taken these along, and the results with what they cost. */
export function taken(turn: OpenTurn, { alsoUsed = [] }: { alsoUsed?: readonly Spent[] }): void {
  countIn(turn, alsoUsed);
  countIn(turn, costsOf(turn));
  turn.results = [];
  turn.spent = [];
}

const costsOf = ({ results }: OpenTurn): Spent[] => results.flatMap(({ used = [] }) => used);

/**
 * What the caller is given for where the turn stands. Throws what it was ended with by a budget, and `RUN_ENDED` where
 * it was ended as failed otherwise.
 */
export async function resultOf(turn: OpenTurn, state: RunState): Promise<TurnResult> {
  const { ctx, memory, start, text, output, steps, totals, warnings } = turn;
  if (state.kind === "failed") {
    const ended = memoryError("RUN_ENDED", `The run was ended meanwhile: ${state.message}`, {
      runId: start.runId,
      code: state.code,
    });
    throw (await budgetError({ ctx, memory, runId: start.runId }, state)) ?? ended;
  }
  const { runId, turn: number, promptMessageId } = start;
  const said = { text, ...(output === undefined ? {} : { output }), steps: steps.length };
  return { runId, turn: number, promptMessageId, state, ...said, usage: totals, warnings };
}

/** Ends the run after an error. Returns the state when it was canceled; throws what the caller should know otherwise. */
export async function endAfter(turn: OpenTurn, error: unknown): Promise<RunState> {
  const { agent, start, abort, memory, ctx } = turn;
  const { runId } = start;
  const outcome = abort.signal.aborted
    ? { kind: "canceled" as const, reason: "Aborted by the caller." }
    : runFailure(error);
  if (outcome.kind === "failed") logFailure(error, { ctx, memory, runId, agentName: agent.name });
  const failure = error instanceof ModelFailure ? error : null;
  const ended = await saveEnd(turn, { outcome, failure });
  if (ended !== null) {
    const { superseded, totals, state } = ended;
    if (superseded === true) throw supersededError(runId);
    if (totals !== undefined) turn.totals = { ...totals };
    if (state.kind === "canceled" || state.kind === "completed") return state;
  }
  throw toCallerError(failure === null ? error : failure.cause, { agentName: agent.name, runId });
}

type Ended = Awaited<ReturnType<BoundMemory["turns"]["end"]>>;
type Failed = { outcome: RunOutcome; failure: ModelFailure | null };

/** Saves how the run ended, with what was said and spent by then; null where that could not be. */
async function saveEnd(turn: OpenTurn, { outcome, failure }: Failed): Promise<Ended | null> {
  const { memory, ctx, takeUps, results, start } = turn;
  const { runId } = start;
  const said = failure === null ? {} : { partial: failure.partial, context: turn.shown };
  const spent = failure?.spent ?? [];
  const ending = { runId, outcome, takeUps, ...said };
  return await memory.turns
    .end(ctx, { ...ending, ...alongWith(turn, spent), results })
    // What failed may have been the results; what they cost was paid.
    .catch(() => memory.turns.end(ctx, { ...ending, ...alongWith(turn, [...spent, ...costsOf(turn)]) }))
    .catch(async (error: unknown) => {
      // The run went with its thread: who asked has paid all the same.
      if (isMemoryError(error, "RUN_NOT_FOUND"))
        await recordSpent({ ctx, memory, runId }, [...turn.spent, ...spent, ...costsOf(turn)]);
      return null;
    });
}

/**
 * Ends a turn that stops although the model asked for tools: their results are saved, so the group is whole. It is
 * `running` still when a message came while they ran.
 */
export async function complete(turn: OpenTurn): Promise<RunState> {
  const { runId } = turn.start;
  const along = alongWith(turn);
  const { state, superseded, totals } = await turn.memory.turns.end(turn.ctx, {
    runId,
    outcome: { kind: "completed" },
    unlessSteered: true,
    results: turn.results,
    takeUps: turn.takeUps,
    ...along,
  });
  if (superseded === true) throw supersededError(runId);
  taken(turn, along);
  if (totals !== undefined) turn.totals = { ...totals };
  return state;
}
